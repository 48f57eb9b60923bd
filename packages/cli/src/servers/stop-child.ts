import type { ChildProcess } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

/** Asks a process to end, the more forcibly the longer it takes, and resolves when it is gone. */
export async function stopChild(
  child: ChildProcess,
  exited: Promise<unknown>,
  patienceMs: number,
  signals: readonly NodeJS.Signals[] = ["SIGTERM", "SIGKILL"],
): Promise<void> {
  for (const signal of signals) {
    child.kill(signal);
    if (await within(exited, patienceMs)) return;
  }
}

async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const patience = new AbortController();
  const late = delay(ms, false, { signal: patience.signal }).catch(() => false);
  const done = await Promise.race([promise.then(() => true), late]);
  patience.abort();
  return done;
}
