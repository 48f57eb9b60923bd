import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueCertificate, makeAuthority } from "../demo/certificates/issue.ts";
import { startMysqlServer, type MysqlServer, type MysqlServerOptions } from "./mysql-server.ts";

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sallyport-mysql-servers-"));
});
afterAll(() => rm(root, { recursive: true }));

describe.each(["mysql", "mariadb"] as const)("startMysqlServer with %s", (flavour) => {
  const start = (name: string, options: Partial<MysqlServerOptions> = {}): Promise<MysqlServer> =>
    startMysqlServer({
      flavour,
      durable: false,
      template: join(root, `template-${flavour}`),
      folder: join(root, `${flavour}-${name}`),
      ...options,
    });

  it("serves several made from one template at once, each with its own settings", async () => {
    const servers = await Promise.all([11, 12].map((n) => start(String(n), { settings: { "server-id": String(n) } })));
    const found = await Promise.all(servers.map(({ url }) => query(url, "select @@server_id as found")));
    expect(found).toEqual([{ found: 11 }, { found: 12 }]);
    await Promise.all(servers.map((server) => server.stop()));
    for (const { pid } of servers) expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });

  it("lets nobody in without a password, keeps its data, and speaks TLS with the certificate it was given", async () => {
    const first = await start("kept");
    await expect(query(first.url.replace(/:[^:@]+@/, ":@"), "select 1")).rejects.toThrow("Access denied");
    await query(first.url, "create database kept");
    await query(first.url, "create table kept.answer as select 42 as answer");
    await first.stop();
    const authority = await makeAuthority("test", 1);
    const tls = await issueCertificate(authority, { name: "db", hosts: ["127.0.0.1"], usage: "server", days: 1 });
    const statements = [
      "create user if not exists 'other'@'%' identified by 'pencil';",
      "grant all on kept.* to 'other'@'%';",
    ];
    const second = await start("kept", { tls, statements });
    expect(new URL(second.url).password).toBe(new URL(first.url).password);
    const connection = await createConnection({
      host: second.host,
      port: second.port,
      user: "other",
      password: "pencil",
      ssl: { ca: authority.certificate },
    });
    const [[row]] = await connection.query<RowDataPacket[]>("select answer from kept.answer");
    expect(row).toEqual({ answer: 42 });
    const [[status]] = await connection.query<RowDataPacket[]>("show session status like 'ssl_cipher'");
    expect(status?.["Value"]).not.toBe("");
    await connection.end();
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
    const first = await start("killed");
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    const second = await start("killed");
    expect(await query(second.url, "select 1 as one")).toEqual({ one: 1 });
    await second.stop();
  });

  it("quotes the server's own words when it cannot start", async () => {
    await expect(start("wrong", { settings: { "no-such-option": "1" } })).rejects.toThrow("no-such-option");
  });
});

async function query(url: string, text: string): Promise<unknown> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(text);
    return rows[0];
  } finally {
    await connection.end();
  }
}
