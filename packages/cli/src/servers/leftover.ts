import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CommandFailure, systemErrorCode } from "../command-failure.ts";

const GONE_WITHIN_MS = 10_000;

/** The file in which a server notes its process, and how that process is known to be this server still. */
export interface Leftover {
  readonly label: string;
  readonly lockFile: string;
  /** One of the arguments it was started with: the one that names its data folder. */
  readonly argument: string;
}

/**
 * Deals with the lock file of an earlier server on this data folder. A server whose parent was killed is still closing its
 * files: it is waited for. One whose parent is known to be gone may be ended: it is sent these signals, one after another. A lock
 * whose number now belongs to some other program is removed, which the server itself would not dare.
 */
export async function clearLeftover(
  { label, lockFile, argument }: Leftover,
  orphanSignals: readonly NodeJS.Signals[] = [],
): Promise<void> {
  const signals = [...orphanSignals];
  let until = Date.now() + (signals.length > 0 ? 0 : GONE_WITHIN_MS);
  for (;;) {
    const owner = lockOwner(lockFile);
    if (owner === undefined || !wasStartedWith(owner, argument)) break;
    if (Date.now() > until) {
      const signal = signals.shift();
      if (signal === undefined) {
        throw new CommandFailure(
          `Another ${label} server (process ${owner}) is running on ${dirname(lockFile)}.`,
          `End whatever started it, or that process: kill -INT ${owner}`,
        );
      }
      end(owner, signal);
      until = Date.now() + GONE_WITHIN_MS;
    }
    // an other's process gives no event
    await delay(50);
  }
  await rm(lockFile, { force: true });
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (reason) {
    // it went by itself, or is not ours to end: then the wait finds out
    if (systemErrorCode(reason) !== "ESRCH" && systemErrorCode(reason) !== "EPERM") throw reason;
  }
}

function lockOwner(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8").split("\n", 1)[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

function wasStartedWith(pid: number, argument: string): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  if (existsSync(commandLine)) return readFileSync(commandLine, "utf8").split("\0").includes(argument);
  if (process.platform === "linux") return false;
  try {
    return execFileSync("ps", ["-o", "command=", "-p", String(pid)], { encoding: "utf8" }).includes(argument);
  } catch {
    return false;
  }
}
