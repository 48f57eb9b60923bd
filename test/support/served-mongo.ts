import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startFerretServer } from "@sallyport/cli/servers/ferret-server";
import { mongo } from "@sallyport/protocol-mongo/adapter";
import type { ServedDatabase } from "./client-road.ts";

export const mongoKinds = ["ferretdb"] as const;
export type MongoKind = (typeof mongoKinds)[number];

/** A server that speaks MongoDB's protocol, for an agent to log in to. */
export interface ServedMongo extends ServedDatabase, AsyncDisposable {
  /** Every command that clients had it run, in order. */
  statements(): Promise<readonly string[]>;
}

export async function startServedMongo(_kind: MongoKind): Promise<ServedMongo> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-served-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startFerretServer({ folder: join(folder, "server") });
  opened.defer(() => server.stop());
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, server.password, { mode: 0o600 });
  const everything = opened.move();
  return {
    adapter: mongo,
    port: server.port,
    credential: { user: server.user, password: `file:${passwordFile}` },
    database: `shop`,
    statements: async () => [],
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
