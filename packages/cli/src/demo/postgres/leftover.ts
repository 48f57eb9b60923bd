import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CommandFailure } from "../../command-failure.ts";

const GONE_WITHIN_MS = 10_000;

/**
 * Deals with the lock file of an earlier server on this data folder. A server whose parent was killed is still closing its
 * files: it is waited for. A lock whose number now belongs to some other program is removed, which PostgreSQL itself would not dare.
 */
export async function clearLeftover(data: string): Promise<void> {
  const file = join(data, "postmaster.pid");
  const until = Date.now() + GONE_WITHIN_MS;
  for (;;) {
    const owner = lockOwner(file);
    if (owner === undefined || !servesFolder(owner, data)) break;
    if (Date.now() > until) {
      throw new CommandFailure(
        `Another PostgreSQL server (process ${owner}) is running on ${data}.`,
        `End the other demo, or that process: kill -INT ${owner}`,
      );
    }
    // an other's process gives no event
    await delay(50);
  }
  await rm(file, { force: true });
}

function lockOwner(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, "utf8").split("\n", 1)[0]);
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}

function servesFolder(pid: number, data: string): boolean {
  const commandLine = `/proc/${pid}/cmdline`;
  if (existsSync(commandLine)) return readFileSync(commandLine, "utf8").split("\0").includes(data);
  if (process.platform === "linux") return false;
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
