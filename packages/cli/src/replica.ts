import { createSessionOpener } from "@sallyport/agent/session-opener";
import { startGateway, type Gateway, type GatewayOptions } from "@sallyport/gateway/gateway";
import type { Log } from "@sallyport/gateway/log";
import { GatewayError } from "@sallyport/shared/errors";
import { CommandFailure } from "./command-failure.ts";
import { protocols } from "./protocols.ts";
import { URL_VARIABLE } from "./state/state-database.ts";
import type { StopReason } from "./stop-request.ts";

/** An agent in the gateway's own process. */
export interface LocalAgent {
  readonly group: string;
  /** What it may dial. */
  readonly allow: readonly string[];
}

export interface ReplicaOptions extends Pick<GatewayOptions, "config" | "databaseUrl" | "log" | "worker"> {
  readonly localAgent: LocalAgent | undefined;
}

/** A gateway of this process, the only one of its installation or one of several. */
export interface Replica extends AsyncDisposable {
  readonly gateway: Gateway;
  /** Has its sessions end as the reason to stop allows: SIGTERM lets clients finish what they are at. It is disposed of then. */
  wind(reason: StopReason): Promise<void>;
}

/** Starts the gateway of this process. */
export async function startReplica({ localAgent, ...options }: ReplicaOptions): Promise<Replica> {
  const { config, log } = options;
  const local = localAgent === undefined ? undefined : openLocalAgent(localAgent, log);
  const gateway = await startGateway({
    ...options,
    adapters: protocols,
    ...(local === undefined ? {} : { localAgent: local }),
  }).catch((reason: unknown) => {
    throw explained(reason);
  });
  log.info("gateway.started", { pid: process.pid });
  return {
    gateway,
    async wind(reason) {
      log.info("gateway.stopping", { reason, sessions: gateway.sessions.size });
      if (reason === "SIGTERM") await gateway.drain(config.drainSeconds * 1_000);
    },
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await local?.opener.cancelsDone();
    },
  };
}

/** What goes wrong with the database is for whoever typed the command, without a stack. */
function explained(reason: unknown): unknown {
  if (!(reason instanceof GatewayError) || !reason.code.startsWith("store/")) return reason;
  return new CommandFailure(
    `The gateway cannot use its database: ${reason.message}`,
    `Check state.databaseUrl, ${URL_VARIABLE} and the database; docs/gateway.md says what rights it needs.`,
    reason,
  );
}

function openLocalAgent({ group, allow }: LocalAgent, log: Log) {
  const opener = createSessionOpener({ adapters: protocols, allow, credentials: ["env:*", "file:*"], log });
  return { agent: "local", group, opener };
}
