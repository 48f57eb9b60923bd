import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFerretProgram } from "@sallyport/cli/servers/ferret-server";
import { MongoClient } from "mongodb";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endDemos, freeBase, main, runProgram, startDemo, type RunningDemo } from "../support/demo.ts";

// FerretDB is built only where there is Go
const wanted = findFerretProgram() === undefined ? ["mysql"] : ["mysql", "mongo"];
/** Two more servers and their data are made from nothing, on a machine that may be busy with other tests. */
const START_WITHIN_MS = 240_000;
const customer = { id: 1, name: "Aiko Lopez" };

describe(`sallyport demo --with ${wanted.join()}`, () => {
  let root: string;
  let demo: RunningDemo;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "sallyport-demo-databases-"));
    demo = await startDemo(join(root, "state"), await freeBase(), ["--with", wanted.join()]);
  }, START_WITHIN_MS);
  afterAll(async () => {
    await endDemos();
    await rm(root, { recursive: true, force: true });
  });

  it("has the same shop in MySQL, behind tickets and tokens", async () => {
    const { file } = demo;
    for (const [name, { mysqlUrl, token }] of Object.entries(file.principals)) {
      const { username, password } = new URL(mysqlUrl ?? "");
      for (const [user, secret] of [
        [decodeURIComponent(username), decodeURIComponent(password)],
        [name, token],
      ] as const) {
        const connection = await openMysql(demo, user, secret);
        expect(await rowsOf(connection, "select id, name from customers where id = 1")).toEqual([customer]);
        expect(await rowsOf(connection, "select count(*) as n from customer_contacts")).toEqual([{ n: 10_000 }]);
        await connection.end();
      }
    }
    const direct = await createConnection(file.servers.mysql?.url ?? "");
    expect(await rowsOf(direct, "select count(*) as n from orders")).toEqual([{ n: 24_000 }]);
    await direct.end();
  });

  it("refuses the AI agent in MySQL and lets the DBA", async () => {
    const { "chatgpt-agent": assistant, alice } = demo.file.principals;
    const agent = await openMysql(demo, "chatgpt-agent", assistant.token);
    await expect(agent.query("drop table payments")).rejects.toMatchObject({ errno: 1142 });
    await agent.end();
    const dba = await openMysql(demo, "alice", alice.token);
    await dba.query("create table kept (id int)");
    await dba.query("drop table kept");
    await dba.end();
  });

  it.each(wanted.filter((name) => name === "mongo"))("has the same shop in MongoDB, behind tickets (%s)", async () => {
    const { alice, "chatgpt-agent": assistant } = demo.file.principals;
    await withMongo(alice.mongoUrl, async (client) => {
      const customers = client.db("shop").collection<{ _id: number }>("customers");
      expect(await customers.findOne({ _id: 1 })).toMatchObject({ _id: 1, name: customer.name });
      expect(await customers.estimatedDocumentCount()).toBe(10_000);
      await client.db("shop").collection("kept").insertOne({ n: 1 });
    });
    await withMongo(assistant.mongoUrl, async (client) => {
      const kept = client.db("shop").collection("kept");
      expect(await kept.estimatedDocumentCount()).toBe(1);
      await expect(kept.drop()).rejects.toMatchObject({ code: 13 });
    });
    await withMongo(demo.file.servers.mongo?.url, async (client) => {
      expect(await client.db("shop").collection("orders").estimatedDocumentCount()).toBe(24_000);
    });
  });

  it("says what it knows where another database is asked for", async () => {
    const state = join(root, "unknown");
    const { code, output } = await runProgram(process.execPath, [main, "demo", "--state", state, "--with", "oracle"]);
    expect(code).toBe(1);
    expect(output).toContain('no database named "oracle"');
    expect(output).toContain("--with mysql,mongo");
  });
});

function openMysql({ file }: RunningDemo, user: string, password: string): Promise<Connection> {
  const { host = "", port = 0 } = file.gateway.mysql ?? {};
  return createConnection({
    host,
    port,
    user,
    password,
    database: "shop",
    ssl: { ca: readFileSync(file.gateway.caFile) },
  });
}

async function rowsOf(connection: Connection, text: string): Promise<readonly RowDataPacket[]> {
  return (await connection.query<RowDataPacket[]>(text))[0];
}

async function withMongo(url: string | undefined, use: (client: MongoClient) => Promise<void>): Promise<void> {
  const client = new MongoClient(url ?? "", { serverSelectionTimeoutMS: 5000 });
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.close();
  }
}
