import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findFerretProgram, startFerretServer } from "@sallyport/cli/servers/ferret-server";
import { startMongod } from "../doubles/mongod/start-mongod.ts";

const own = process.env["SALLYPORT_TEST_MONGO_URL"] ?? "";

/** FerretDB, the double that is made of `bson` and `mingo`, or a server of whoever runs the tests. */
export type MongoServerName = "ferretdb" | "double" | "own";

/**
 * What the tests run against: the server that SALLYPORT_TEST_MONGO_URL names (with the user and password of somebody who may do everything
 * in the databases that the tests make), else FerretDB where it could be built, and always the double, which can what FerretDB cannot.
 */
export const mongoServerNames: readonly MongoServerName[] = [
  ...(own === "" ? [] : (["own"] as const)),
  ...(own === "" && findFerretProgram() !== undefined ? (["ferretdb"] as const) : []),
  "double",
];

/** A server for one test file. */
export interface MongoTestServer extends AsyncDisposable {
  readonly name: MongoServerName;
  readonly host: string;
  readonly port: number;
  readonly account: { readonly user: string; readonly password: string; readonly authSource: string };
  /** The account's, with the password in it. */
  readonly url: string;
}

/** PEM texts: then the port speaks TLS only. A server of one's own has the TLS that it has. */
export interface MongoTestOptions {
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** Starts a server with nothing in it, or takes the one that the environment names as it is. */
export async function startMongoForTests(
  name: MongoServerName,
  options: MongoTestOptions = {},
): Promise<MongoTestServer> {
  if (name === "own") return ownServer();
  return name === "double" ? startDouble(options) : startFerret(options);
}

async function startDouble({ tls }: MongoTestOptions): Promise<MongoTestServer> {
  const account = { user: "root", password: randomBytes(18).toString("base64url"), authSource: "admin" };
  const server = await startMongod({ users: [account], ...(tls === undefined ? {} : { tls }) });
  const { host, port, url } = server;
  return { name: "double", host, port, account, url, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function startFerret({ tls }: MongoTestOptions): Promise<MongoTestServer> {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-ferretdb-"));
  const server = await startFerretServer({ folder, ...(tls === undefined ? {} : { tls }) });
  const { host, port, url, user, password } = server;
  return {
    name: "ferretdb",
    host,
    port,
    account: { user, password, authSource: "admin" },
    url,
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function ownServer(): MongoTestServer {
  const { hostname, port, username, password, searchParams } = new URL(own);
  return {
    name: "own",
    host: hostname,
    port: Number(port === "" ? 27_017 : port),
    account: {
      user: decodeURIComponent(username),
      password: decodeURIComponent(password),
      authSource: searchParams.get("authSource") ?? "admin",
    },
    url: own,
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
