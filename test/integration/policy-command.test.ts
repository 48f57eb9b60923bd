import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCatalogServer, type CatalogServer } from "../support/catalog-server.ts";
import { BUNDLED_MAJOR } from "../support/postgres-majors.ts";

const program = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));
const documents = `connection: main
protocol: pg
agentGroup: eu
server: { host: db, port: 5432 }
credential: { user: app }
---
policy: agents
who: { groups: [agents], kinds: [ai-agent] }
where: { connections: [main], databases: [tried] }
rules:
  - allow: [read]
    on: [public.*]
    except: [public.keys]
masks:
  - columns: [public.people.mail, public.people.male]
    with: email
`;
const asked = "principal: { name: robot, kind: ai-agent, groups: [agents] }\n  connection: main";
const cases = `
- ${asked}
  sql: select * from people_view
  expect: { masked: [mail] }
- ${asked}
  sql: select secret from keys
  expect: deny
  because: public.keys
- ${asked}
  sql: select id from people where mail like 'a%'
  expect: deny
- ${asked}
  sql: select id from people
  expect: allow
`;

let server: CatalogServer;
let folder: string;
let url: string;

beforeAll(async () => {
  server = await startCatalogServer(BUNDLED_MAJOR);
  await server.fill(
    "tried",
    `create table people (id int, mail text);
     create view people_view as select id, mail from people;
     create table keys (secret text);`,
  );
  folder = await mkdtemp(join(tmpdir(), "sallyport-policies-"));
  await writeFile(join(folder, "agents.yaml"), documents);
  const there = new URL(server.server.url);
  there.pathname = "tried";
  there.searchParams.set("sslmode", "disable");
  url = there.href;
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await server[Symbol.asyncDispose]();
});

interface Ran {
  readonly code: number;
  readonly said: string;
}

function policy(...words: readonly string[]): Promise<Ran> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, "policy", ...words], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    );
  });
}

describe("the policy command", () => {
  it("runs the cases beside the policies, and names those that fail", async () => {
    await writeFile(join(folder, "agents.cases.yaml"), cases);
    expect(await policy("test", folder, "--database", url)).toEqual({ code: 0, said: "4 cases passed.\n" });
    await writeFile(join(folder, "agents.cases.yaml"), `${cases}- ${asked}\n  sql: table people\n  expect: deny\n`);
    const { code, said } = await policy("test", folder, "--database", url);
    expect(code).toBe(1);
    expect(said).toContain("agents.cases.yaml:19: expected deny, but it is allowed");
    expect(said).toContain("1 of 5 cases failed.");
  });

  it("finds names that mean nothing in a database", async () => {
    const catalog = await policy("catalog", "--database", url);
    const file = join(folder, "names.txt");
    await writeFile(file, catalog.said);
    const { code, said } = await policy("lint", folder, "--catalog", file);
    expect(code).toBe(1);
    expect(said).toContain('policy "agents": masks[0].columns[1] means no column of tried.\n');
    expect(await policy("lint", folder)).toEqual({ code: 0, said: "1 policies, nothing to say.\n" });
  });

  it("explains a statement", async () => {
    const who = ["--principal", "robot", "--connection", "main", "--kind", "ai-agent", "--group", "agents"];
    // a group does not take the statement behind it for another group
    const { said } = await policy("explain", folder, "--database", url, ...who, "select upper(mail) from people_view");
    expect(said).toContain("read: allowed by agents#1");
    expect(said).toContain("upper: redact, from tried.public.people.mail (carried, masked email)");
  });

  it.each([
    [["test", "nowhere", "--database", "postgres://x@localhost/y"], "cannot be read"],
    [["catalog", "--database", "postgres://x@127.0.0.1:1/y"], "cannot be read"],
    [
      ["explain", "FOLDER", "x", "--database", "mysql://x", "--principal", "x", "--connection", "y"],
      "not the URL of a PostgreSQL database",
    ],
  ])("says what is wrong with %j", async (words, problem) => {
    const { code, said } = await policy(...words.map((word) => word.replace(/^FOLDER$/, folder)));
    expect(code).toBe(1);
    expect(said).toContain(problem);
    expect(said).toContain("What to do:");
  });
});
