import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { setTimeout as delay } from "node:timers/promises";
import { becomeOwner } from "./owner.mjs";
import { endMarked, parentOf } from "./marked-processes.mjs";

/** A command did not succeed; `message` and `nextStep` are for the person who typed it. */
export class StepFailure extends Error {
  /** @param {string} message @param {string} nextStep */
  constructor(message, nextStep) {
    super(message);
    this.nextStep = nextStep;
  }
}

const QUIET_REPORT_MS = 15_000;
const root = fileURLToPath(new URL("..", import.meta.url));
// every process below carries it, so that none can hide: not in a group of its own, and not by losing its parent
const mark = randomBytes(12).toString("hex");
/** @type {Set<{ child: import("node:child_process").ChildProcess, exited: Promise<unknown>, graceMs: number }>} */
const running = new Set();
let stopping = false;

/**
 * Runs the whole command: ends what it started when it is done, fails, is told to stop, or loses the npm that started it.
 * @param {() => Promise<number>} body returns the exit code
 */
export async function main(body) {
  becomeOwner(root);
  const guard = startGuard();
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]))
    process.on(signal, () => void stop(signal, guard));
  // the terminal or the pipe behind it went away
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => void stop("SIGHUP", guard));
  if (process.env.npm_lifecycle_event !== undefined) watchParent(guard);
  let code = 1;
  try {
    code = await body();
  } catch (reason) {
    if (stopping) return;
    if (!(reason instanceof StepFailure)) throw reason;
    console.error(`\n✗ ${reason.message}\n  What to do: ${reason.nextStep}`);
  }
  if (stopping) return;
  await finish(guard);
  process.exitCode = code;
}

/**
 * Runs a program to its end and gives its exit code. With `quiet` its output is kept, and shown only when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ quiet?: boolean, graceMs?: number, cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export async function run(command, args, options = {}) {
  if (stopping) return new Promise(() => undefined);
  const quiet = options.quiet === true;
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: { ...process.env, ...options.env, SALLYPORT_RUN: mark },
    // a group of its own: Ctrl-C reaches this process alone, which then ends the rest in order
    detached: true,
    stdio: quiet ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
  });
  /** @type {Buffer[]} */
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => output.push(chunk));
  const begun = Date.now();
  const report = quiet
    ? setInterval(() => console.log(`  … ${Math.round((Date.now() - begun) / 1000)} s`), QUIET_REPORT_MS)
    : undefined;
  /** @type {Promise<number>} */
  const exited = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  const entry = { child, exited: exited.catch(() => undefined), graceMs: options.graceMs ?? 5_000 };
  running.add(entry);
  try {
    const code = await exited;
    // what it said is of no interest to whoever has just told it to stop; `stop` ends this process
    if (stopping) await new Promise(() => undefined);
    if (quiet && code !== 0) process.stderr.write(Buffer.concat(output).subarray(-20_000));
    return code;
  } catch (reason) {
    throw new StepFailure(`${command} could not be started: ${reason.message}.`, "Install it, or put it on the PATH.");
  } finally {
    clearInterval(report);
    running.delete(entry);
  }
}

/**
 * The output of a short program, or undefined when it fails.
 * @param {string} command
 * @param {readonly string[]} args
 * @returns {Promise<string | undefined>}
 */
export function outputOf(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env, SALLYPORT_RUN: mark },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => (text += chunk));
    child.once("error", () => resolve(undefined));
    child.once("close", (code) => resolve(code === 0 ? text : undefined));
  });
}

/** @param {"SIGINT" | "SIGTERM" | "SIGHUP"} signal */
async function stop(signal, guard) {
  if (stopping) {
    // asked twice: no more patience
    await endMarked(mark, 0);
    return;
  }
  stopping = true;
  await Promise.all(
    [...running].map(async ({ child, exited, graceMs }) => {
      try {
        process.kill(-(child.pid ?? 0), signal === "SIGHUP" ? "SIGTERM" : signal);
      } catch {
        // it has just ended
      }
      await Promise.race([exited, delay(graceMs)]);
    }),
  );
  await finish(guard);
  process.exit(128 + constants.signals[signal]);
}

async function finish(guard) {
  await endMarked(mark, 3_000);
  guard.ref();
  guard.stdin.end();
  if (guard.exitCode === null && guard.signalCode === null) await new Promise((resolve) => guard.once("exit", resolve));
}

/** Should this process be killed outright, the guard sees its end of the pipe close, and ends what is left. */
function startGuard() {
  const guard = spawn(process.execPath, [fileURLToPath(new URL("guard.mjs", import.meta.url)), mark], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.stdin.on("error", () => undefined);
  guard.unref();
  return guard;
}

/** npm hands on some of the signals it gets, and never its own death. Between it and this process there may be a shell. */
function watchParent(guard) {
  const ancestors = ancestorsOf();
  setInterval(() => {
    if (ancestorsOf() !== ancestors) void stop("SIGHUP", guard);
  }, 200).unref();
}

function ancestorsOf() {
  return `${process.ppid} ${parentOf(process.ppid)}`;
}
