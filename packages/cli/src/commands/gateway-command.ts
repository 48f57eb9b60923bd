import { resolve, dirname } from "node:path";
import { gatewayConfig, type GatewayConfig } from "@sallyport/gateway/config";
import { createLog } from "@sallyport/gateway/log";
import { advertisedRelay, RELAY_HOST_VARIABLE } from "../advertised-relay.ts";
import { meaningOfHangUp } from "../meaning-of-hang-up.ts";
import { readConfig } from "../read-config.ts";
import type { Replica, ReplicaOptions } from "../replica.ts";
import { openStateDatabase } from "../state/state-database.ts";
import { stopRequested, tellParentReady } from "../stop-request.ts";
import type { Workers } from "../workers/start-workers.ts";
import { closeAndExit } from "./closing.ts";

/** The options of `sallyport gateway`. */
export interface GatewayCommandOptions {
  readonly config: string;
  /** The group that an agent in this process serves; false: there is none. */
  readonly localAgent: string | false;
  readonly allow: readonly string[];
  /** How many processes share the ports; 1: this one serves. */
  readonly workers: number;
  readonly exitWithParent: boolean;
}

/** Runs a gateway until it is told to stop. */
export async function runGateway(options: GatewayCommandOptions): Promise<never> {
  const read = fromFolder(dirname(resolve(options.config)), await readConfig(options.config, gatewayConfig));
  const config = { ...read, relay: advertisedRelay(read.relay, process.env[RELAY_HOST_VARIABLE]) };
  const log = createLog();
  const stop = stopRequested({ ...options, hangUp: meaningOfHangUp(config) });
  const localAgent = options.localAgent === false ? undefined : { group: options.localAgent, allow: options.allow };
  await using opened = new AsyncDisposableStack();
  const database = opened.use(await openStateDatabase(config.state, log, options.workers));
  const start = { config, databaseUrl: database.url, localAgent, log };
  const running = opened.use(await startServing(options.workers, start));
  tellParentReady();
  await running.wind(await stop);
  return await closeAndExit(() => opened.disposeAsync());
}

/** The process that starts workers serves nobody, and has not loaded what serving takes. */
async function startServing(count: number, options: ReplicaOptions): Promise<Replica | Workers> {
  if (count === 1) return (await import("../replica.ts")).startReplica(options);
  return (await import("../workers/start-workers.ts")).startWorkers({ ...options, count });
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
    case "webhook":
      return { ...config, ...authorityAt(config, at), url: reference(config.url), secret: reference(config.secret) };
    case "otlp": {
      const { authorization } = config;
      const more = authorization === undefined ? {} : { authorization: reference(authorization) };
      return { ...config, ...authorityAt(config, at), ...more, url: reference(config.url) };
    }
  }
}

function authorityAt(
  { caFile }: { readonly caFile?: string | undefined },
  at: (path: string) => string,
): { readonly caFile?: string } {
  return caFile === undefined ? {} : { caFile: at(caFile) };
}
