import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgresServer, type PostgresServer } from "@sallyport/cli/servers/postgres-server";
import { loginToServer } from "@sallyport/protocol-pg/server-login/login-to-server";
import type { LoggedIn } from "@sallyport/shared/adapter";
import { Secret } from "@sallyport/shared/secret";
import { Client } from "pg";
import { postgresOf } from "./postgres-majors.ts";
import { dialTo, serverRequest } from "./server-request.ts";

/** A server of one major, reached as an agent reaches it and as its owner does. */
export interface CatalogServer extends AsyncDisposable {
  readonly server: PostgresServer;
  /** A new database with this in it; the client is its owner's. */
  fill(database: string, sql: string): Promise<Client>;
  /** A fresh session as an agent opens it: the superuser's, or that of a role with the superuser's password. */
  login(database: string, role?: string): Promise<LoggedIn>;
  /** The superuser's. */
  readonly password: string;
}

export async function startCatalogServer(major: number): Promise<CatalogServer> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-catalog-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startPostgresServer({ folder, durable: false, binaries: postgresOf(major) });
  opened.defer(() => server.stop());
  const url = new URL(server.url);
  const password = decodeURIComponent(url.password);
  const connect = async (database: string): Promise<Client> => {
    const owners = new URL(server.url);
    owners.pathname = database;
    const client = new Client(owners.href);
    await client.connect();
    return client;
  };
  const admin = await connect("postgres");
  opened.defer(() => admin.end());
  const everything = opened.move();
  return {
    server,
    async fill(database, sql) {
      await admin.query(`create database ${database}`);
      const client = await connect(database);
      everything.defer(() => client.end());
      await client.query(sql);
      return client;
    },
    password,
    async login(database, role = url.username) {
      const request = serverRequest(server.port, { database, credential: { user: role } });
      const session = await loginToServer(request, new Secret(password), dialTo(server.port));
      everything.defer(() => session.stream.destroy());
      return session;
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
