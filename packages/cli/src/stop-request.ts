import type { Readable } from "node:stream";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Why a process shall end: a signal, or the end of the process that started it. */
export const stopReasons = [...signals, "parent-gone"] as const;
export type StopReason = (typeof stopReasons)[number];
type StopSignal = (typeof signals)[number];

/** The signals that end a process. SIGHUP may mean something else to it. */
export function stopSignals(hangUp: "ends" | "kept" = "ends"): readonly StopSignal[] {
  return signals.filter((signal) => signal !== "SIGHUP" || hangUp !== "kept");
}

/**
 * Resolves when this process is asked to end. Being asked a second time ends it at once, so nobody waits for an orderly end
 * that takes too long.
 */
export function stopRequested(options: {
  readonly exitWithParent: boolean;
  readonly hangUp?: "ends" | "kept";
}): Promise<StopReason> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (reason: StopReason): void => {
      if (asked && reason !== "parent-gone") process.exit(1);
      asked = true;
      resolve(reason);
    };
    for (const signal of stopSignals(options.hangUp)) process.on(signal, () => ask(signal));
    if (!options.exitWithParent) return;
    if (process.connected) process.once("disconnect", () => ask("parent-gone"));
    else onceEnded(process.stdin, () => ask("parent-gone"));
  });
}

/** Tells the process that started this one, if it listens, that everything is up. */
export function tellParentReady(): void {
  if (process.connected) process.send?.("ready");
}

function onceEnded(stream: Readable, call: () => void): void {
  stream.once("close", call);
  stream.once("error", call);
  stream.resume();
}
