import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "@sallyport/shared/log";
import { Backoff } from "@sallyport/shared/tunnel/backoff";
import { dialTunnel } from "@sallyport/shared/tunnel/dial-tunnel";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { identityOfFiles, type AgentIdentity } from "./agent-identity.ts";
import type { AgentConfig } from "./config.ts";
import { createSessionOpener } from "./session-opener.ts";

const AGENT_VERSION = "0.1.0";

/** What tests shorten, and leave alone otherwise; and what no connection may name. */
export interface AgentTimes {
  /** Where the agent's own key lies. */
  readonly privateFolder?: string | undefined;
  readonly pingEveryMs?: number;
  readonly leaseMs?: number;
  readonly random?: () => number;
}

export interface Agent extends AsyncDisposable {
  /** Resolves when the gateway has answered on the relay for the first time. */
  readonly online: Promise<void>;
  readonly sessionCount: number;
  /** Closes the tunnel and with it every server session; resolves when the servers were told to stop what they ran. */
  stop(): Promise<void>;
}

/** Keeps a tunnel to the gateway for as long as it runs: dials, serves, and dials again. Who it is lies in the configuration's files unless it is said. */
export function startAgent(
  config: AgentConfig,
  adapters: readonly ProtocolAdapter[],
  log: Log,
  times: AgentTimes = {},
  identity: AgentIdentity = identityOfConfig(config),
): Agent {
  const { name: agent, gateway: address } = config;
  const { allow, credentials } = config;
  const opener = createSessionOpener({ adapters, allow, credentials, privateFolder: times.privateFolder, log });
  const stopping = new AbortController();
  const online = Promise.withResolvers<void>();
  const instance = randomUUID();
  const backoff = new Backoff(times.random);

  const attempt = async (epoch: number): Promise<number> => {
    try {
      const material = await identity.material(epoch);
      const protocols = adapters.map(({ id }) => id);
      const { registered, ended } = await dialTunnel({
        material,
        renewal: identity.renewal,
        healthIntervalMs: config.healthIntervalSeconds * 1000,
        opener,
        registration: { agentVersion: AGENT_VERSION, protocols, instance, epoch, held: [] },
        log,
        signal: stopping.signal,
        pingEveryMs: times.pingEveryMs,
        leaseMs: times.leaseMs,
      });
      const onlineSince = performance.now();
      log.info("tunnel.online", { agent: registered.agent, group: registered.group, address: material.gateway });
      online.resolve();
      const reason = await ended;
      if (!stopping.signal.aborted)
        log.warn("gateway.lost", { agent, address, code: reason.code, reason: reason.message });
      return performance.now() - onlineSince;
    } catch (reason) {
      const error = GatewayError.from(reason);
      log.error("gateway.dial-failed", { agent, address, code: error.code, reason: error.message });
      return 0;
    }
  };

  const run = async () => {
    for (let epoch = 1; !stopping.signal.aborted; epoch += 1) {
      const onlineMs = await attempt(epoch);
      if (stopping.signal.aborted) return;
      await sleep(backoff.nextMs(onlineMs), undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const done = run();

  const stop = async () => {
    stopping.abort(new GatewayError("tunnel/agent-lost", "the agent is stopping"));
    await done;
    await opener.cancelsDone();
    log.info("agent.stopped", { agent });
  };
  return {
    online: online.promise,
    get sessionCount() {
      return opener.sessionCount;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function identityOfConfig({ gateway, caFile, certificateFile, keyFile }: AgentConfig): AgentIdentity {
  if (gateway === undefined || caFile === undefined || certificateFile === undefined || keyFile === undefined)
    throw new GatewayError("internal/unexpected", "an agent without certificate files has to enrol first");
  return identityOfFiles({ gateway, caFile, certificateFile, keyFile });
}
