import { randomBytes } from "node:crypto";
import { Secret } from "@sallyport/shared/secret";
import type { GatewayConfig } from "../config.ts";
import type { Events } from "../events/events.ts";
import { toldLogins } from "../events/told-logins.ts";
import { toldRecordings } from "../events/told-recordings.ts";
import { createLoginDesk } from "../login/login-desk.ts";
import { createRateLimiter } from "../login/rate-limiter.ts";
import type { TokenVerifier } from "../login/token-verifier.ts";
import { countedLogins } from "../metrics/counted-logins.ts";
import { countedRecordings } from "../metrics/counted-recordings.ts";
import type { GatewayMetrics } from "../metrics/gateway-metrics.ts";
import type { PolicyEngine } from "../policy/policy-engine.ts";
import { createFileRecorder } from "../recording/file-recorder.ts";
import type { StateStore } from "../store/state-store.ts";
import { CancelElsewhere } from "./cancel-elsewhere.ts";
import { createOwnKeys } from "./own-keys.ts";
import type { SessionMeans } from "./session.ts";
import { createVisitors } from "./visitors.ts";

const OWN_KEY_BYTES = 32;
const MOCK_KEY_BYTES = 32;
const CANCEL_KEY_BYTES = 32;

/** The parts of a gateway that its sessions work with. */
export interface SessionParts extends Pick<SessionMeans, "registry" | "tunnels" | "catalogs" | "log"> {
  readonly config: Pick<GatewayConfig, "limits" | "recordings">;
  readonly store: StateStore;
  readonly verifier: TokenVerifier;
  readonly policy: PolicyEngine;
  readonly metrics: GatewayMetrics;
  readonly events: Events;
}

/** What all sessions of a gateway share, and what has to be let go behind them. */
export async function createSessionMeans(parts: SessionParts): Promise<SessionMeans & Disposable> {
  const { config, store, verifier, policy, metrics, events, ...shared } = parts;
  const { registry: sessions, log } = shared;
  const { control, replicas, sharedKeys } = store;
  const mockKey = await sharedKeys.ensure("ticket-challenges", MOCK_KEY_BYTES);
  const cancelKey = await sharedKeys.ensure("session-cancels", CANCEL_KEY_BYTES);
  const loginMs = config.limits.loginSeconds * 1_000;
  const rateLimiter = createRateLimiter();
  const desk = createLoginDesk({ store, policy, verifier, rateLimiter, log, mockKey, timeoutMs: loginMs });
  const recorder = createFileRecorder(config.recordings);
  const cancelElsewhere = new CancelElsewhere({ control, replicas, sessions, key: cancelKey, log });
  return {
    ...shared,
    store,
    visitors: createVisitors(store),
    desk: toldLogins(countedLogins(desk, metrics), events),
    recorder: toldRecordings(countedRecordings(recorder, metrics), events),
    ownKeys: createOwnKeys(new Secret(randomBytes(OWN_KEY_BYTES))),
    cancelElsewhere,
    loginMs,
    [Symbol.dispose]: () => cancelElsewhere[Symbol.dispose](),
  };
}
