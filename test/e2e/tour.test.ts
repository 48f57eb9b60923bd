import { mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { fillStore } from "@sallyport/cli/demo/demo-state";
import { Secret } from "@sallyport/shared/secret";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endDemos, freeBase, runProgram, startDemo, type RunningDemo } from "../support/demo.ts";
import { asPattern, readmeCommands } from "../support/readme-commands.ts";
import { until } from "../support/until.ts";

/** The port that the demo has where nobody moves it. */
const USUAL_PORT = "15432";
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));
// without MongoDB, which is tried where there is one
const tour = readmeCommands("The 60-second tour").filter(({ command }) => !command.includes("mongosh"));

let root: string;
let demo: RunningDemo;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sallyport-tour-"));
  // as in a clone: the demo's folder and what is installed lie side by side
  await symlink(modules, join(root, "node_modules"));
  demo = await startDemo(join(root, ".sallyport"), await freeBase());
});
afterAll(async () => {
  await endDemos();
  await rm(root, { recursive: true, force: true });
});

/** Types a line into a shell that has what the demo told to paste. */
async function typed(command: string): Promise<string> {
  const pasted = [...demo.output().matchAll(/^ {4}((?:DATABASE|BOB|ALICE)_URL=.*)$/gm)].map(([, line = ""]) => line);
  const line = command.replaceAll(USUAL_PORT, String(demo.file.gateway.pg.port));
  const script = [`cd ${root}`, ...pasted, line].join("\n");
  const { output } = await runProgram("bash", ["-c", script]);
  return output.replaceAll(/[ \t]+$/gm, "").trim();
}

describe("the tour of README.md", () => {
  it("masks, refuses, explains and tests as it says", async () => {
    expect(tour.length).toBeGreaterThan(6);
    let before = "";
    for (const { command, printed } of tour) {
      const output = await typed(`${before}\n${command}`);
      // what a line sets is there for the next one
      if (/^[A-Z]+=\$\(/.test(command)) before = command;
      else if (printed === "") expect(output).not.toBe("");
      else expect(output).toMatch(asPattern(printed));
    }
  });

  it("explains, tests and lints for those who do what the demo prints", async () => {
    const printed = demo.output().replaceAll("\\\n", "");
    const commands = [...printed.matchAll(/^ {4}(npx sallyport .*)$/gm)].map(([, line = ""]) => line);
    const [explained, tested, applied, sessions] = await Promise.all(
      commands.map((command) => typed(command.replaceAll(/[^\s:]*\.sallyport\b/g, join(root, ".sallyport")))),
    );
    expect(explained).toContain("email: email, from shop.public.customers.email (masked email)");
    expect(tested).toMatch(/^\d+ cases passed\.$/);
    expect(applied).toMatch(/^Nothing to change: \d+ documents are as they are here\.$/);
    expect(sessions).toMatch(/^SESSION +PRINCIPAL/);
    const lint = "npx sallyport policy lint .sallyport/documents --catalog names.json";
    const said = await typed(`npx sallyport policy catalog --database "$ALICE_URL" > names.json && ${lint}`);
    expect(said).toMatch(/^\d+ policies, nothing to say\.$/);
  });

  it("shows each principal what is theirs", async () => {
    const shown = async (url: string, text: string): Promise<string> => typed(`psql "${url}" -At -c "${text}"`);
    expect(await shown("$ALICE_URL", "select email, salary > 0 from employees where id = 1")).toMatch(/^\w.*@.*\|t$/);
    expect(await shown("$BOB_URL", "select salary from employees")).toContain("salary of public.employees");
    expect(await shown("$BOB_URL", "update orders set status = 'paid' where id = 1")).toBe("UPDATE 1");
    expect(await shown("$BOB_URL", "update orders set status = 'paid'")).toContain("Say which rows you mean.");
    expect(await shown("$DATABASE_URL", "select * from payroll")).toContain("salary of public.employees");
    expect(await shown("$DATABASE_URL", "select key from api_keys")).toContain(
      "No rule allows read of public.api_keys",
    );
    expect(await shown("$DATABASE_URL", "select * from orders")).toContain("more than 1000 rows");
    expect(await shown("$DATABASE_URL", "select name, manager from staff where id = 2")).toMatch(/^\w.*\|\w.*$/);
    // what psql asks for a table's description is allowed
    expect(await shown("$DATABASE_URL", "\\d orders")).toContain("status|text|");
  });

  it("follows a policy that is changed while a session is open", async () => {
    const client = new pg.Client({ connectionString: demo.file.principals["chatgpt-agent"].pgUrl });
    await client.connect();
    const email = async (): Promise<unknown> =>
      (await client.query<{ email: string }>("select email from customers where id = 1")).rows[0]?.email;
    expect(await email()).toBe("a***@***.net");
    const file = join(demo.state, "documents", "policy-ai-agents.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(file, text.replace("    with: email", "    with: redact"));
    await fillStore(new Secret(await readFile(join(demo.state, "database-url"), "utf8")), dirname(file), []);
    await until(async () => (await email()) === "[redacted]");
    await client.end();
  });
});
