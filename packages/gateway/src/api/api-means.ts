import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { EnrolmentDesk } from "../enrolment/enrolment-desk.ts";
import type { Log } from "../log.ts";
import type { TokenVerifier } from "../login/token-verifier.ts";
import type { GatewayMetrics } from "../metrics/gateway-metrics.ts";
import type { PolicyEngine } from "../policy/policy-engine.ts";
import type { RecordingReader } from "../recording/recording-reader.ts";
import type { CredentialDesk } from "../sealing/credential-desk.ts";
import type { ConnectionDocument } from "../store/documents/connection.ts";
import type { StateStore } from "../store/state-store.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";
import type { Access } from "./access.ts";
import type { Caller } from "./caller.ts";
import type { Readiness } from "./readiness.ts";
import type { RequestLimitOptions } from "./request-limits.ts";
import type { StatementReading } from "./statement-reading.ts";

/** What the API shows and changes. */
export interface ApiMeans {
  readonly store: StateStore;
  readonly verifier: TokenVerifier;
  readonly policy: PolicyEngine;
  readonly reading: StatementReading;
  readonly tunnels: TunnelRegistry;
  readonly recordings: RecordingReader;
  /** Undefined for a gateway where no agents dial in. */
  readonly enrolment: EnrolmentDesk | undefined;
  readonly credentials: CredentialDesk;
  /** The protocols that connections may name. */
  readonly protocols: readonly string[];
  /** Where clients of a connection may connect. */
  readonly portsOf: (connection: ConnectionDocument) => readonly number[];
  readonly readiness: Readiness;
  readonly metrics: GatewayMetrics;
  /** Who may read the metrics. */
  readonly metricsAccess: "public" | "viewer";
  readonly limits: RequestLimitOptions;
  readonly log: Log;
  /** In milliseconds. */
  readonly now: () => number;
}

/** The API's server, whose routes are typed by their schemas. */
export type ApiApp = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

declare module "fastify" {
  interface FastifyRequest {
    /** Undefined on public routes, and on that by which agents enrol. */
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    /** Every route says who may use it; one that does not is not taken. */
    access?: Access;
  }
}
