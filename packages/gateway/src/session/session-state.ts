import type { ClientHello } from "@sallyport/shared/adapter";
import type { GatewayError } from "@sallyport/shared/errors";
import type { RelayedSession } from "./relayed-session.ts";

/**
 * Where a session stands.
 * `greeting`: connected, nothing known. `logging-in`: says who it is, not yet believed. `relaying`: statements run.
 * `closed`: over, for good.
 */
export type SessionState =
  | { readonly at: "greeting" }
  | { readonly at: "logging-in"; readonly hello: ClientHello }
  | { readonly at: "relaying"; readonly relayed: RelayedSession }
  | { readonly at: "closed"; readonly reason: GatewayError | undefined };

/** The legal moves between them. */
export const sessionMoves: Readonly<Record<SessionState["at"], readonly SessionState["at"][]>> = {
  greeting: ["logging-in", "closed"],
  "logging-in": ["relaying", "closed"],
  relaying: ["closed"],
  closed: [],
};
