import { resolve, dirname } from "node:path";
import { createSessionOpener } from "@sallyport/agent/session-opener";
import { gatewayConfig, type GatewayConfig } from "@sallyport/gateway/config";
import { startGateway } from "@sallyport/gateway/gateway";
import { createLog, type Log } from "@sallyport/gateway/log";
import { GatewayError } from "@sallyport/shared/errors";
import { CommandFailure } from "../command-failure.ts";
import { protocols } from "../protocols.ts";
import { readConfig } from "../read-config.ts";
import { openStateDatabase, URL_VARIABLE } from "../state/state-database.ts";
import { stopRequested, tellParentReady } from "../stop-request.ts";
import { closeAndExit } from "./closing.ts";

const RELAY_HOST_VARIABLE = "SALLYPORT_RELAY_HOST";

/** The options of `sallyport gateway`. */
export interface GatewayCommandOptions {
  readonly config: string;
  /** The group that an agent in this process serves; false: there is none. */
  readonly localAgent: string | false;
  readonly allow: readonly string[];
  readonly exitWithParent: boolean;
}

/** Runs a gateway until it is told to stop. */
export async function runGateway(options: GatewayCommandOptions): Promise<never> {
  const read = fromFolder(dirname(resolve(options.config)), await readConfig(options.config, gatewayConfig));
  const config = { ...read, relay: relayOf(read) };
  const log = createLog();
  const { to } = config.events;
  // whoever rotates the file asks with it for a new one
  const stop = stopRequested({ ...options, hangUp: to.some(({ sink }) => sink === "file") ? "kept" : "ends" });
  const local = options.localAgent === false ? undefined : localAgent(options.localAgent, options.allow, log);
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openStateDatabase(config.state, log));
  const gateway = await startGateway({
    config,
    databaseUrl: database.url,
    adapters: protocols,
    log,
    ...(local === undefined ? {} : { localAgent: local }),
  }).catch((reason: unknown) => {
    throw explained(reason);
  });
  opened.use(gateway);
  log.info("gateway.started", { pid: process.pid });
  tellParentReady();
  const reason = await stop;
  log.info("gateway.stopping", { reason, sessions: gateway.sessions.size });
  if (reason === "SIGTERM") await gateway.drain(config.drainSeconds * 1_000);
  return await closeAndExit(async () => {
    await opened.disposeAsync();
    await local?.opener.cancelsDone();
  });
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

function localAgent(group: string, allow: readonly string[], log: Log) {
  const opener = createSessionOpener({ adapters: protocols, allow, credentials: ["env:*", "file:*"], log });
  return { agent: "local", group, opener };
}

/** What is the same for all replicas lies in the configuration; by which address the others reach this one, its environment may say. */
function relayOf({ relay }: GatewayConfig): GatewayConfig["relay"] {
  const host = process.env[RELAY_HOST_VARIABLE] ?? "";
  if (host === "" || relay === undefined || "socket" in relay) return relay;
  return { ...relay, address: `${host.includes(":") ? `[${host}]` : host}:${relay.port}` };
}

/** Paths are meant from where the configuration lies, not from where the command was typed. */
function fromFolder(folder: string, config: GatewayConfig): GatewayConfig {
  const at = (path: string): string => resolve(folder, path);
  const reference = (text: string): string => text.replace(/^file:(.*)$/s, (_, path: string) => `file:${at(path)}`);
  const { state, tls, tunnel, relay, api, masks, sealing } = config;
  const databaseUrl = state.databaseUrl === undefined ? undefined : reference(state.databaseUrl);
  return {
    ...config,
    state: { ...state, folder: at(state.folder), ...(databaseUrl === undefined ? {} : { databaseUrl }) },
    recordings: at(config.recordings),
    tls: "names" in tls ? tls : { certificateFile: at(tls.certificateFile), keyFile: at(tls.keyFile) },
    sealing: { keys: sealing.keys.map(reference) },
    events: { to: config.events.to.map((sink) => sinkFromFolder(sink, at, reference)) },
    ...(api?.socket === undefined ? {} : { api: { ...api, socket: at(api.socket) } }),
    ...(masks === undefined ? {} : { masks: { keyFile: at(masks.keyFile) } }),
    ...(relay !== undefined && "socket" in relay ? { relay: { socket: at(relay.socket) } } : {}),
    ...(tunnel === undefined
      ? {}
      : {
          tunnel: {
            ...tunnel,
            ...(tunnel.caFile === undefined ? {} : { caFile: at(tunnel.caFile) }),
            ...(tunnel.certificateFile === undefined ? {} : { certificateFile: at(tunnel.certificateFile) }),
            ...(tunnel.keyFile === undefined ? {} : { keyFile: at(tunnel.keyFile) }),
          },
        }),
  };
}

type SinkConfig = GatewayConfig["events"]["to"][number];

function sinkFromFolder(
  config: SinkConfig,
  at: (path: string) => string,
  reference: (text: string) => string,
): SinkConfig {
  switch (config.sink) {
    case "stdout":
      return config;
    case "file":
      return { ...config, path: at(config.path) };
    case "webhook": {
      const { caFile } = config;
      const places = { url: reference(config.url), secret: reference(config.secret) };
      return { ...config, ...places, ...(caFile === undefined ? {} : { caFile: at(caFile) }) };
    }
  }
}
