import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mongo } from "@sallyport/protocol-mongo/adapter";
import type { ServedDatabase } from "./client-road.ts";
import { startMongoForTests, type MongoServerName, type MongoTestServer } from "./mongo-servers.ts";

export { mongoServerNames as mongoKinds } from "./mongo-servers.ts";

/** A server that speaks MongoDB's protocol, for an agent to log in to. */
export interface ServedMongo extends ServedDatabase, AsyncDisposable {
  readonly server: MongoTestServer;
}

export async function startServedMongo(kind: MongoServerName): Promise<ServedMongo> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-served-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const server = opened.use(await startMongoForTests(kind));
  const { user, password, authSource } = server.account;
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  const everything = opened.move();
  return {
    server,
    adapter: mongo,
    port: server.port,
    credential: { user, password: `file:${passwordFile}` },
    database: "shop",
    options: { authSource },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
