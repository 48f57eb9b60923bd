import { readdirSync, readFileSync } from "node:fs";

const LOOK_EVERY_MS = 100;

/** What stood in the list of processes, as everybody on the host sees it. */
export interface ProcessList extends Disposable {
  /** All command lines that were seen so far. */
  readonly lines: ReadonlySet<string>;
}

/** Looks at the command lines of all processes again and again. */
export function watchProcessList(): ProcessList {
  const lines = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync("/proc")) {
      const line = /^\d+$/.test(pid) ? commandLineOf(pid) : "";
      if (line !== "") lines.add(line);
    }
  };
  const timer = setInterval(look, LOOK_EVERY_MS);
  return { lines, [Symbol.dispose]: () => clearInterval(timer) };
}

function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    // it has ended in between
    return "";
  }
}
