import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Runs something that two commands must not do at the same moment. The lock is a folder that holds who has it; one whose
 * owner is gone is taken over.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withLock(folder, body) {
  mkdirSync(dirname(folder), { recursive: true });
  const own = `${process.pid} ${startOf(process.pid)}`;
  let said = false;
  while (!take(folder, own)) {
    const owner = ownerOf(folder);
    if (owner !== undefined && !isAlive(owner)) {
      breakStale(folder, owner);
      continue;
    }
    if (!said) console.log("  Waiting for another command that is setting things up …");
    said = true;
    await delay(200);
  }
  try {
    return await body();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder is renamed onto another only where that one is empty or missing: so exactly one of several wins. */
function take(folder, own) {
  const candidate = `${folder}.${process.pid}-${randomBytes(4).toString("hex")}`;
  mkdirSync(candidate);
  writeFileSync(join(candidate, "owner"), own);
  try {
    renameSync(candidate, folder);
    return true;
  } catch (reason) {
    rmSync(candidate, { recursive: true, force: true });
    if (reason.code === "ENOTEMPTY" || reason.code === "EEXIST") return false;
    throw reason;
  }
}

function breakStale(folder, owner) {
  const aside = `${folder}.stale-${randomBytes(4).toString("hex")}`;
  try {
    renameSync(folder, aside);
    // between the look and the move another may have broken the same lock and taken it: give it back
    if (ownerOf(aside) !== owner) renameSync(aside, folder);
  } catch (reason) {
    if (reason.code !== "ENOENT" && reason.code !== "ENOTEMPTY") throw reason;
  }
  rmSync(aside, { recursive: true, force: true });
}

function ownerOf(folder) {
  const file = join(folder, "owner");
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** A number alone would not do: after a crash it may belong to some other program. */
function isAlive(owner) {
  const [pid, start] = owner.split(" ");
  try {
    process.kill(Number(pid), 0);
  } catch (reason) {
    if (reason.code === "ESRCH") return false;
  }
  return startOf(Number(pid)) === start;
}

/** When a process began, in ticks since boot; empty where there is no /proc. */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}
