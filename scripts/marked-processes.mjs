import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Ends every process that carries a mark in its environment: asks, waits, then kills. Returns when none is left.
 * @param {string} mark
 * @param {number} graceMs
 */
export async function endMarked(mark, graceMs) {
  const until = Date.now() + graceMs;
  let asked = false;
  for (;;) {
    const pids = markedProcesses(mark);
    if (pids.length === 0) return;
    const late = Date.now() >= until;
    if (late || !asked) for (const pid of pids) send(pid, late ? "SIGKILL" : "SIGTERM");
    asked = true;
    await delay(50);
  }
}

/** Where there is no /proc, process groups have to do. */
function markedProcesses(mark) {
  if (process.platform !== "linux") return [];
  const wanted = `SALLYPORT_RUN=${mark}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => environmentOf(name).includes(wanted) && !isZombie(name))
    .map(Number);
}

function environmentOf(pid) {
  return readOrNothing(`/proc/${pid}/environ`).split("\0");
}

/**
 * The process that started another; empty where there is no /proc.
 * @param {number} pid
 */
export function parentOf(pid) {
  return /^PPid:\s*(\d+)/m.exec(readOrNothing(`/proc/${pid}/status`))?.[1] ?? "";
}

function isZombie(pid) {
  return /^State:\s*[ZX]/m.test(readOrNothing(`/proc/${pid}/status`));
}

function readOrNothing(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // another user's, or gone
    return "";
  }
}

function send(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch {
    // gone in the meantime
  }
}
