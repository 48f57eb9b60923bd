import { chmod, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

const LOCK = "supervisor.lock";

/** Where the demo keeps what. */
export interface StateFolder {
  readonly root: string;
  readonly lock: string;
  readonly demoFile: string;
  readonly certificates: string;
  readonly identityKeyFile: string;
  readonly ticketSecretsFile: string;
  readonly databasePasswordFile: string;
  readonly gatewayConfig: string;
  readonly agentConfig: string;
  readonly store: string;
  readonly recordings: string;
  readonly logs: string;
  readonly server: string;
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
    ticketSecretsFile: at("ticket-secrets.json"),
    databasePasswordFile: at("shop-password"),
    gatewayConfig: at("gateway.yaml"),
    agentConfig: at("agent.yaml"),
    store: at("store"),
    recordings: at("recordings"),
    logs: at("logs"),
    server: at("server"),
  };
}

/** Makes the folders, closed to others because tickets and tokens lie in them; the server's own user may pass through the outermost. */
export async function makeStateFolder(state: StateFolder): Promise<void> {
  await mkdir(state.root, { recursive: true });
  await chmod(state.root, 0o711);
  for (const folder of [state.store, state.recordings, state.logs]) {
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
