import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeAuthority, issueCertificate } from "../demo/certificates/issue.ts";
import { startPostgresServer, type PostgresServer } from "./postgres-server.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sallyport-postgres-"));
});
afterAll(() => rm(root, { recursive: true }));

describe("startPostgresServer", () => {
  it("serves several clusters made from one template at once, each with its own settings", async () => {
    const names = ["one", "two", "three"];
    const servers = await Promise.all(
      names.map((name) => start(name, { settings: { log_statement: "all", cluster_name: name } })),
    );
    const found = await Promise.all(
      servers.map(({ url }) => query(url, "select current_setting('cluster_name') as found")),
    );
    expect(found).toEqual(names.map((name) => ({ found: name })));
    expect(await readFile(servers[0]?.logFile ?? "", "utf8")).toContain("select current_setting('cluster_name')");
    await Promise.all(servers.map((server) => server.stop()));
    for (const { pid } of servers) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("keeps its data, and speaks TLS with the certificate it was given", async () => {
    const first = await start("kept", {});
    await query(first.url, "create table kept as select 42 as answer");
    await first.stop();
    const authority = await makeAuthority("test", 1);
    const tls = await issueCertificate(authority, { name: "db", hosts: ["127.0.0.1"], usage: "server", days: 1 });
    const second = await start("kept", { tls });
    const client = new pg.Client({ connectionString: second.url, ssl: { ca: authority.certificate } });
    await client.connect();
    expect((await client.query("select answer from kept")).rows).toEqual([{ answer: 42 }]);
    expect((await client.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()")).rows).toEqual([
      { ssl: true },
    ]);
    await client.end();
    await second.stop();
  });

  it("says which port is taken", async () => {
    const other = createServer();
    await new Promise<void>((listening) => other.listen(0, "127.0.0.1", listening));
    const address = other.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    await expect(start("taken", { port: address.port })).rejects.toThrow(`Port ${address.port} is taken`);
    other.close();
  });

  it("starts again after it was killed, and tells of its end", async () => {
    const first = await start("killed", {});
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    const second = await start("killed", {});
    expect(await query(second.url, "select 1 as one")).toEqual({ one: 1 });
    await second.stop();
  });

  it("quotes the server's own words when it cannot start", async () => {
    await expect(start("wrong", { settings: { shared_buffers: "a lot" } })).rejects.toThrow("shared_buffers");
  });
});

function start(
  name: string,
  options: Omit<Parameters<typeof startPostgresServer>[0], "folder">,
): Promise<PostgresServer> {
  return startPostgresServer({
    durable: false,
    template: join(root, "template"),
    folder: join(root, name),
    ...options,
  });
}

async function query(url: string, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows[0];
}
