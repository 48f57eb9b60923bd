import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mongo } from "@sallyport/protocol-mongo/adapter";
import { startMongod, type Mongod, type MongodOptions } from "../doubles/mongod/start-mongod.ts";
import type { ServedDatabase } from "./client-road.ts";
import { startMongoForTests, type MongoServerName, type MongoTestServer } from "./mongo-servers.ts";

export { mongoServerNames as mongoKinds } from "./mongo-servers.ts";

/** A server that speaks MongoDB's protocol, for an agent to log in to. */
export interface ServedMongo extends ServedDatabase, AsyncDisposable {
  readonly server: Pick<MongoTestServer, "host" | "port" | "url" | "account">;
}

/** The double, with a look inside. */
export interface ServedDouble extends ServedMongo {
  readonly mongod: Mongod;
}

/** Starts a server of that kind, with nothing in it. */
export async function startServedMongo(kind: MongoServerName): Promise<ServedMongo> {
  await using opened = new AsyncDisposableStack();
  const server = opened.use(await startMongoForTests(kind));
  return { server, ...(await serve(server, opened)) };
}

/** Starts the double, where a test has to see what the server saw. */
export async function startServedDouble(options: Omit<MongodOptions, "users"> = {}): Promise<ServedDouble> {
  await using opened = new AsyncDisposableStack();
  const account = { user: "root", password: randomBytes(18).toString("base64url"), authSource: "admin" };
  const mongod = opened.use(await startMongod({ users: [account], ...options }));
  const server = { host: mongod.host, port: mongod.port, url: mongod.url, account };
  return { mongod, server, ...(await serve(server, opened)) };
}

/** Takes over what was opened. */
async function serve(
  { host, port, account }: ServedMongo["server"],
  opened: AsyncDisposableStack,
): Promise<ServedDatabase & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-served-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, account.password, { mode: 0o600 });
  const everything = opened.move();
  return {
    adapter: mongo,
    host,
    port,
    credential: { user: account.user, password: `file:${passwordFile}` },
    database: "shop",
    options: { authSource: account.authSource },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
