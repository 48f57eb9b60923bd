import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** What the file of a turn says when the turn is over. */
const OVER = "";

/**
 * Runs something that two commands must not do at the same moment. The lock is a folder of numbered turns: the newest says who
 * has it, and the next may be begun when that one is over or its owner is gone. A turn begins by a link, which only one of
 * several makes, and the newest file is never removed: so there is no moment at which two believe that they have it.
 * @template T
 * @param {string} folder
 * @param {() => Promise<T>} body
 * @returns {Promise<T>}
 */
export async function withLock(folder, body) {
  mkdirSync(folder, { recursive: true });
  const own = `${process.pid} ${startOf(process.pid)}`;
  let said = false;
  let turn = beginTurn(folder, own);
  while (turn === undefined) {
    if (!said) console.log("  Waiting for another command that is setting things up …");
    said = true;
    await delay(200);
    turn = beginTurn(folder, own);
  }
  try {
    return await body();
  } finally {
    writeFileSync(join(folder, String(turn)), OVER);
  }
}

/** The number of the turn; undefined where somebody else has the lock. */
function beginTurn(folder, own) {
  const last = newestTurn(folder);
  if (isOn(join(folder, String(last)))) return undefined;
  const turn = last + 1;
  if (!linkFile(join(folder, String(turn)), own)) return undefined;
  if (newestTurn(folder) !== turn) {
    // later turns began since the look, and this one's file had been tidied away
    rmSync(join(folder, String(turn)), { force: true });
    return undefined;
  }
  for (const older of turnsIn(folder)) if (older < turn) rmSync(join(folder, String(older)), { force: true });
  return turn;
}

/** Whether the file is there by this call: with all of its content, and only if it was not there before. */
function linkFile(file, content) {
  const candidate = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  writeFileSync(candidate, content);
  try {
    linkSync(candidate, file);
    return true;
  } catch (reason) {
    if (reason.code === "EEXIST") return false;
    throw reason;
  } finally {
    rmSync(candidate, { force: true });
  }
}

function turnsIn(folder) {
  return readdirSync(folder)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function newestTurn(folder) {
  return Math.max(0, ...turnsIn(folder));
}

function isOn(file) {
  try {
    const owner = readFileSync(file, "utf8");
    return owner !== OVER && isAlive(owner);
  } catch (reason) {
    if (reason.code === "ENOENT") return false;
    throw reason;
  }
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
