import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { CommandFailure, systemErrorCode } from "../command-failure.ts";

/**
 * Takes a folder for this process, so that two never share one; returns how to give it back. A lock whose owner was killed is
 * taken over. `who` is said of the owner, as in "A demo".
 */
export async function takeFolderLock(file: string, who: string): Promise<() => Promise<void>> {
  const own = await identityOf(process.pid);
  // of this attempt alone: the file that becomes the lock must not be written to again
  const candidate = `${file}.${randomUUID()}`;
  await writeFile(candidate, own);
  try {
    for (;;) {
      try {
        // a link is made by exactly one of several
        await link(candidate, file);
        return () => rm(file, { force: true });
      } catch (reason) {
        if (systemErrorCode(reason) !== "EEXIST") throw reason;
      }
      await removeIfStale(file, who);
    }
  } finally {
    await rm(candidate, { force: true });
  }
}

async function removeIfStale(file: string, who: string): Promise<void> {
  const owner = await readFile(file, "utf8").catch(() => undefined);
  if (owner === undefined) return;
  const pid = Number.parseInt(owner, 10);
  if ((await identityOf(pid)) === owner && isAlive(pid)) {
    throw new CommandFailure(
      `${who} is already running on this folder (process ${pid}).`,
      `Use that one, or end it with Ctrl-C in its terminal or: kill ${pid}`,
    );
  }
  await takeAway(file, owner);
}

/** Of several that find one stale lock each takes away what it read, and not the lock that another has made in its place. */
async function takeAway(file: string, stale: string): Promise<void> {
  const aside = `${file}.${randomUUID()}.stale`;
  try {
    await rename(file, aside);
    if ((await readFile(aside, "utf8")) !== stale) await link(aside, file).catch(() => undefined);
  } catch (reason) {
    if (systemErrorCode(reason) !== "ENOENT") throw reason;
  } finally {
    await rm(aside, { force: true });
  }
}

/** The number with the moment the process began: after a crash the number alone may belong to some other program. */
async function identityOf(pid: number): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return `${pid} ${start}`;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (reason) {
    return systemErrorCode(reason) === "EPERM";
  }
}
