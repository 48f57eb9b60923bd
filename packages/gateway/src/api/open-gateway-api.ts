import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import type { CatalogDesk } from "../catalog/catalog-desk.ts";
import type { GatewayConfig } from "../config.ts";
import type { ServerCertificate } from "../enrolment/presented-certificate.ts";
import type { BudgetLimit } from "../login/leaky-budgets.ts";
import type { Listener } from "../listener/listener.ts";
import { createRecordingReader } from "../recording/recording-reader.ts";
import type { ApiMeans } from "./api-means.ts";
import { apiSocketOf } from "./api-socket-of.ts";
import { startApi, type ApiServer } from "./start-api.ts";
import { createStatementReading } from "./statement-reading.ts";

const MINUTE_MS = 60_000;

/** The parts of a gateway that its API shows and changes. */
export interface ApiParts extends Pick<
  ApiMeans,
  "store" | "verifier" | "policy" | "tunnels" | "enrolment" | "credentials" | "metrics" | "readiness" | "log"
> {
  readonly adapters: readonly ProtocolAdapter[];
  readonly catalogs: CatalogDesk;
  /** Those that are open, in the configuration's order. */
  readonly listeners: readonly Listener[];
  /** What clients and callers see. */
  readonly door: ServerCertificate;
  /** Where several processes listen together for the gateway's own user; left out: this one does so alone, in the socket's own place. */
  readonly sharedSocket?: string | undefined;
  readonly requestTimeoutMs?: number;
}

/** Opens the API of a gateway where its configuration says so. */
export async function openGatewayApi(config: GatewayConfig, parts: ApiParts): Promise<ApiServer | undefined> {
  const { api, recordings, state } = config;
  if (api === undefined) return undefined;
  const { adapters, catalogs, tunnels, listeners, door, sharedSocket, ...means } = parts;
  return startApi({
    ...means,
    tunnels,
    address: { host: api.host, port: api.port, socket: apiSocketOf({ api, state }), sharedSocket },
    certificate: door,
    protocols: adapters.map(({ id }) => id),
    reading: createStatementReading({ adapters, catalogs, tunnels }),
    recordings: createRecordingReader(recordings),
    metricsAccess: api.metrics,
    limits: {
      perAddress: perMinute(api.requestsPerAddress),
      refusedPerAddress: perMinute(api.refusedPerAddress),
      perPrincipal: perMinute(api.requestsPerPrincipal),
    },
    now: Date.now,
    // a listener is opened for each that the configuration has, in its order
    portsOf: ({ connection, protocol }) =>
      listeners.flatMap(({ port }, index) => {
        const configured = config.listeners[index];
        return configured?.protocol === protocol && (configured.connection ?? connection) === connection ? port : [];
      }),
  });
}

function perMinute(failures: number): BudgetLimit {
  return { failures, perMs: MINUTE_MS };
}
