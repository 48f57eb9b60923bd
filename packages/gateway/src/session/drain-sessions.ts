import { setTimeout as delay } from "node:timers/promises";
import type { GatewayError } from "@sallyport/shared/errors";
import type { SessionRegistry } from "./session-registry.ts";

/** For so long clients may finish what they are at, before the end of any transaction will do. */
const QUIET_SHARE = 0.5;

/**
 * Ends all sessions without harm, as far as there is time: first those whose clients have fallen quiet, which short-lived ones do by themselves,
 * then each between two of its transactions. Resolves when all are gone or the time is over.
 */
export async function drainSessions(
  sessions: Pick<SessionRegistry, "endAllAtRest">,
  reason: GatewayError,
  withinMs: number,
): Promise<void> {
  const over = new AbortController();
  const after = (ms: number): Promise<void> => delay(ms, undefined, { signal: over.signal }).catch(() => undefined);
  const allGone = sessions.endAllAtRest(reason, "quiet");
  await Promise.race([allGone, after(withinMs * QUIET_SHARE)]);
  await Promise.race([sessions.endAllAtRest(reason, "boundary"), after(withinMs * (1 - QUIET_SHARE))]);
  over.abort();
}
