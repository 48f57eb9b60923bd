import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "@sallyport/shared/log";
import { dialTunnel } from "@sallyport/shared/tunnel/dial-tunnel";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { identityOfFiles, type AgentIdentity } from "./agent-identity.ts";
import type { AgentConfig } from "./config.ts";
import { createSessionOpener } from "./session-opener.ts";
import { lookUpHost, placesOf, type Lookup } from "./tunnels/gateway-places.ts";
import { TunnelKeeper } from "./tunnels/tunnel-keeper.ts";

const AGENT_VERSION = "0.1.0";

/** What tests shorten, and leave alone otherwise; and what no connection may name. */
export interface AgentTimes {
  /** Where the agent's own key lies. */
  readonly privateFolder?: string | undefined;
  readonly pingEveryMs?: number;
  readonly leaseMs?: number;
  readonly random?: () => number;
  /** Where a name's addresses come from instead of the system. */
  readonly lookUpHost?: Lookup;
}

export interface Agent extends AsyncDisposable {
  /** Resolves when the gateway has answered on the relay for the first time. */
  readonly online: Promise<void>;
  readonly sessionCount: number;
  /**
   * Takes no new sessions, and has the gateway end those that there are: each as soon as its client loses nothing by it. Resolves when the last is gone,
   * or when there is no more time. `stop` comes behind it.
   */
  drain(withinMs: number): Promise<void>;
  /** Closes the tunnels and with them every server session; resolves when the servers were told to stop what they ran. */
  stop(): Promise<void>;
}

/** Keeps tunnels to the gateway's replicas for as long as it runs. Who it is lies in the configuration's files unless it is said. */
export function startAgent(
  config: AgentConfig,
  adapters: readonly ProtocolAdapter[],
  log: Log,
  times: AgentTimes = {},
  identity: AgentIdentity = identityOfConfig(config),
): Agent {
  const { name: agent, allow, credentials } = config;
  const opener = createSessionOpener({ adapters, allow, credentials, privateFolder: times.privateFolder, log });
  const instance = randomUUID();
  const protocols = adapters.map(({ id }) => id);
  const tunnels = new TunnelKeeper({
    materials: async () => {
      const { gateways, ...pem } = await identity.material();
      return (await placesOf(gateways, times.lookUpHost ?? lookUpHost)).map((place) => ({ ...place, ...pem }));
    },
    dial: ({ epoch, held, ...attempt }) =>
      dialTunnel({
        ...attempt,
        registration: { agentVersion: AGENT_VERSION, protocols, instance, epoch, held },
        renewal: identity.renewal,
        opener,
        health: {
          check: (request, signal) => opener.check(request, signal),
          intervalMs: config.healthIntervalSeconds * 1_000,
        },
        log,
        pingEveryMs: times.pingEveryMs,
        leaseMs: times.leaseMs,
      }),
    agent,
    log,
    random: times.random,
  });

  const drain = async (withinMs: number): Promise<void> => {
    const over = new AbortController();
    const late = sleep(withinMs, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([tunnels.drain(withinMs), late]);
    over.abort();
  };
  const stop = async () => {
    await tunnels.stop();
    await opener.cancelsDone();
    log.info("agent.stopped", { agent });
  };
  return {
    online: tunnels.online,
    get sessionCount() {
      return opener.sessionCount;
    },
    drain,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function identityOfConfig({ gateway, caFile, certificateFile, keyFile }: AgentConfig): AgentIdentity {
  if (gateway === undefined || caFile === undefined || certificateFile === undefined || keyFile === undefined)
    throw new GatewayError("internal/unexpected", "an agent without certificate files has to enrol first");
  return identityOfFiles({ gateway, caFile, certificateFile, keyFile });
}
