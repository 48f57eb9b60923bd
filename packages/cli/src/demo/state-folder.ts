import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { DemoProtocol } from "./shop-server.ts";

const LOCK = "supervisor.lock";
/** What every system we run on allows. */
const MAX_SOCKET_BYTES = 100;

/** Where the demo keeps what. */
export interface StateFolder {
  readonly root: string;
  readonly lock: string;
  readonly demoFile: string;
  readonly certificates: string;
  readonly identityKeyFile: string;
  readonly gatewayConfig: string;
  readonly agentConfig: string;
  readonly documents: string;
  readonly database: string;
  /** Where the gateway is administered; undefined where that path would be longer than a socket's may be. */
  readonly socket: string | undefined;
  readonly databaseUrlFile: string;
  readonly databaseLog: string;
  readonly recordings: string;
  readonly logs: string;
  readonly shops: Readonly<Record<DemoProtocol, ShopFolder>>;
}

/** What belongs to one of the databases. */
export interface ShopFolder {
  readonly server: string;
  readonly passwordFile: string;
  readonly ticketSecretsFile: string;
}

/** Names what lies below a demo's folder. */
export function stateFolder(root: string): StateFolder {
  const at = (...names: string[]): string => join(root, ...names);
  return {
    root,
    lock: at(LOCK),
    demoFile: at("demo.json"),
    certificates: at("certificates"),
    identityKeyFile: at("identity-provider-key.json"),
    gatewayConfig: at("gateway.yaml"),
    agentConfig: at("agent.yaml"),
    documents: at("documents"),
    database: at("state"),
    socket: Buffer.byteLength(at("state", "api.sock")) > MAX_SOCKET_BYTES ? undefined : at("state", "api.sock"),
    databaseUrlFile: at("database-url"),
    databaseLog: at("logs", "database.log"),
    recordings: at("recordings"),
    logs: at("logs"),
    shops: {
      pg: {
        server: at("server"),
        passwordFile: at("shop-password"),
        ticketSecretsFile: at("ticket-secrets.json"),
      },
      mysql: {
        server: at("mysql-server"),
        passwordFile: at("shop-mysql-password"),
        ticketSecretsFile: at("ticket-secrets-mysql.json"),
      },
      mongo: {
        server: at("mongo-server"),
        passwordFile: at("shop-mongo-password"),
        ticketSecretsFile: at("ticket-secrets-mongo.json"),
      },
    },
  };
}

/** Makes the folders, closed to others because tickets and tokens lie in them; the server's own user may pass through the outermost. */
export async function makeStateFolder(state: StateFolder): Promise<void> {
  await mkdir(state.root, { recursive: true });
  await chmod(state.root, 0o711);
  for (const folder of [state.documents, state.recordings, state.logs]) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
  }
}

/** Removes everything but the lock, which whoever empties the folder holds. */
export async function emptyStateFolder(state: StateFolder): Promise<void> {
  for (const name of await readdir(state.root)) {
    if (name !== LOCK) await rm(join(state.root, name), { recursive: true, force: true });
  }
}
