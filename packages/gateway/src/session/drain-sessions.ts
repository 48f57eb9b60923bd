import { setTimeout as delay } from "node:timers/promises";
import type { GatewayError } from "@sallyport/shared/errors";
import type { Patience } from "./relay.ts";
import type { LiveSession, SessionRegistry } from "./session-registry.ts";

/** For so long clients may finish what they are at, before the end of any transaction will do. */
const QUIET_SHARE = 0.5;

/** When a server is about to leave, what still runs has to be over before it does. */
const IN_TIME_SHARE = 0.9;

/**
 * Ends all sessions without harm, as far as there is time: first those whose clients have fallen quiet, which short-lived ones do by themselves,
 * then each between two of its transactions. Resolves when all are gone or the time is over.
 */
export async function drainSessions(
  sessions: Pick<SessionRegistry, "endAllAtRest">,
  reason: GatewayError,
  withinMs: number,
): Promise<void> {
  await endInSteps((patience) => sessions.endAllAtRest(reason, patience), withinMs);
}

/** Ends one session in the same way, and for good before the time is over. */
export async function drainSession(
  session: Pick<LiveSession, "end" | "endAtRest" | "over">,
  reason: GatewayError,
  withinMs: number,
): Promise<void> {
  const endAtRest = (patience: Patience): Promise<void> => {
    session.endAtRest(reason, patience);
    return session.over;
  };
  await endInSteps(endAtRest, withinMs * IN_TIME_SHARE);
  session.end(reason);
}

/** `endAtRest` resolves when nothing is left to be ended. */
async function endInSteps(endAtRest: (patience: Patience) => Promise<void>, withinMs: number): Promise<void> {
  const over = new AbortController();
  const after = (ms: number): Promise<void> => delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
  await Promise.race([endAtRest("quiet"), after(withinMs * QUIET_SHARE)]);
  await Promise.race([endAtRest("boundary"), after(withinMs * (1 - QUIET_SHARE))]);
  over.abort();
}
