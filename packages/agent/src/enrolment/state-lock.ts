import { randomUUID } from "node:crypto";
import { link, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";

/** How often the owner of a lock says that it lives, and when another host takes it for dead. */
const BEAT_MS = 10_000;
const DEAD_AFTER_MS = 30_000;
const LOOK_MS = 1_000;

/**
 * Takes a state folder for this process: two agents of one certificate would push each other out. A lock whose owner was killed is
 * taken over, at once on the same host, after half a minute of silence on another one, as when a volume moves with its container.
 * Throws `enrolment/state-unusable` while the owner lives.
 */
export async function takeStateFolder(folder: string): Promise<AsyncDisposable> {
  const file = join(folder, "lock");
  const candidate = `${file}.${randomUUID()}`;
  const own = await ownerText(process.pid);
  await writeFile(candidate, own, { mode: 0o600 });
  try {
    // a link is made by exactly one of several
    while (!(await linked(candidate, file))) await removeIfDead(file);
  } finally {
    await rm(candidate, { force: true });
  }
  const beat = setInterval(() => {
    const now = new Date();
    void utimes(file, now, now).catch(() => undefined);
  }, BEAT_MS).unref();
  return {
    [Symbol.asyncDispose]: async () => {
      clearInterval(beat);
      await rm(file, { force: true });
    },
  };
}

async function linked(candidate: string, file: string): Promise<boolean> {
  try {
    await link(candidate, file);
    return true;
  } catch (reason) {
    if (reason instanceof Error && "code" in reason && reason.code === "EEXIST") return false;
    throw reason;
  }
}

async function removeIfDead(file: string): Promise<void> {
  const owner = await readFile(file, "utf8").catch(() => undefined);
  if (owner === undefined) return;
  const [host = "", pid = ""] = owner.split(" ");
  const alive =
    host === hostname()
      ? owner === (await ownerText(Number(pid)))
      : !(await isSilent(file, Date.now() + DEAD_AFTER_MS));
  if (alive) {
    const who = `process ${pid} on ${host}`;
    throw new GatewayError("enrolment/state-unusable", `another agent uses the state folder: ${who}`, {
      detail: `Another agent uses the state folder: ${who}.`,
      hint: "Give each agent a state folder and a token of its own.",
    });
  }
  await rm(file, { force: true });
}

async function isSilent(file: string, until: number): Promise<boolean> {
  const first = await beatOf(file);
  while (Date.now() < until) {
    await sleep(LOOK_MS);
    if ((await beatOf(file)) !== first) return false;
  }
  return true;
}

async function beatOf(file: string): Promise<number | undefined> {
  return (await stat(file).catch(() => undefined))?.mtimeMs;
}

/** The process with the moment it began: after a crash the number alone may belong to another one. */
async function ownerText(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const start = text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? (isAlive(pid) ? "running" : "gone");
  return `${hostname()} ${pid} ${start}`;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (reason) {
    return reason instanceof Error && "code" in reason && reason.code === "EPERM";
  }
}
