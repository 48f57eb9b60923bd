import type { Readable } from "node:stream";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Why a process shall end: a signal, or the end of the process that started it. */
export type StopReason = (typeof signals)[number] | "parent-gone";

/**
 * Resolves when this process is asked to end. Being asked a second time ends it at once, so nobody waits for an orderly end
 * that takes too long.
 */
export function stopRequested(options: {
  readonly exitWithParent: boolean;
  /** SIGHUP may mean something else to the process: it then does not end it. */
  readonly hangUp?: "ends" | "kept";
}): Promise<StopReason> {
  return new Promise((resolve) => {
    let asked = false;
    const ask = (reason: StopReason): void => {
      if (asked && reason !== "parent-gone") process.exit(1);
      asked = true;
      resolve(reason);
    };
    for (const signal of signals)
      if (signal !== "SIGHUP" || options.hangUp !== "kept") process.on(signal, () => ask(signal));
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
