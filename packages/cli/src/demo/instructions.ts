import { relative } from "node:path";
import type { DemoFile } from "./demo-file.ts";
import type { StateFolder } from "./state-folder.ts";

/** What to paste, where to look, and how to end it. */
export function instructions(demo: DemoFile, state: StateFolder): string {
  const { alice, bob, "chatgpt-agent": assistant } = demo.principals;
  return `
The demo is up. In another terminal, paste who you may be:

  an AI agent (chatgpt-agent, on behalf of alice), an engineer (bob), a DBA (alice):
    DATABASE_URL="${assistant.pgUrl}"
    BOB_URL="${bob.pgUrl}"
    ALICE_URL="${alice.pgUrl}"

${others(demo)}Try, with each of them (psql "$DATABASE_URL"):
    select name, email, phone, notes from customers limit 5;
    select * from payroll;
    drop table payments;           -- alice may; the others are refused, and told why
Ask what a statement's decision rests on, and run the cases kept beside the policies:
    npx sallyport policy explain ${near(state.documents)} --database "$ALICE_URL" --connection shop \\
      --principal chatgpt-agent --kind ai-agent --group ai-agents "select name, email from customers"
    npx sallyport policy test ${near(state.documents)} --database "$ALICE_URL"
${administration(state)}
  recordings   ${near(state.recordings)}
  logs         ${near(state.logs)}
  for tools    ${near(state.demoFile)} (all principals, with tokens)
  begin anew   npm start -- --fresh

Ctrl-C ends the demo.
`;
}

/** How whoever started the demo changes it, and sees who is there. */
function administration({ documents, socket }: StateFolder): string {
  if (socket === undefined) return "";
  const gateway = `--gateway unix:${near(socket)}`;
  return `Then change who may do what in ${near(documents)}/policy-*.yaml and make it true, and see who is connected:
    npx sallyport apply -f ${near(documents)} ${gateway}
    npx sallyport sessions ls ${gateway}
`;
}

/** How alice gets to what runs beside PostgreSQL. */
function others({ gateway, principals: { alice } }: DemoFile): string {
  const lines: string[] = [];
  if (alice.mysqlUrl !== undefined) {
    const { username, password, port } = new URL(alice.mysqlUrl);
    lines.push(
      "  alice in MySQL, and the whole URL for drivers:",
      `    MYSQL_PWD=${password} mysql -h 127.0.0.1 -P ${port} -u '${username}' --ssl-mode=VERIFY_IDENTITY --ssl-ca="${gateway.caFile}" shop`,
      `    ${alice.mysqlUrl}`,
    );
  }
  if (alice.mongoUrl !== undefined) lines.push("  alice in MongoDB:", `    mongosh "${alice.mongoUrl}"`);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n\n`;
}

function near(path: string): string {
  return relative(process.cwd(), path) || ".";
}
