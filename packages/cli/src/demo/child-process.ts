import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { CommandFailure } from "../command-failure.ts";
import { nodeFlags } from "../node-flags.ts";
import { stopChild } from "../servers/stop-child.ts";

const STOP_WITHIN_MS = 20_000;
const main = fileURLToPath(new URL("../main.ts", import.meta.url));

/** A part of the demo in a process of its own. */
export interface Part {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves with its last log lines when it is gone. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** Starts one of the command's own processes and resolves when it says that it is ready. */
export async function startPart(
  name: string,
  args: readonly string[],
  logFile: string,
  readyWithinMs = 30_000,
): Promise<Part> {
  const log = openSync(logFile, "a", 0o600);
  const begin = statSync(logFile).size;
  const child = spawn(process.execPath, [...nodeFlags, main, ...args, "--exit-with-parent"], {
    stdio: ["ignore", log, log, "ipc"],
    // a session of its own: Ctrl-C in the terminal reaches the supervisor, which ends the parts in order
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () =>
      resolve(readFileSync(logFile).subarray(begin).toString("utf8").trimEnd().split("\n").slice(-15).join("\n")),
    );
  });
  // who ends the demo does not wait for its clients: SIGTERM would
  const stop = (): Promise<void> => stopChild(child, exited, STOP_WITHIN_MS, ["SIGINT", "SIGKILL"]);
  const ready = new Promise<"ready">((resolve) => child.once("message", () => resolve("ready")));
  const patience = new AbortController();
  const late = delay(readyWithinMs, "late" as const, { signal: patience.signal }).catch(() => "late" as const);
  const first = await Promise.race([ready, exited.then(() => "exited" as const), late]);
  patience.abort();
  if (first === "ready" && child.pid !== undefined) return { name, pid: child.pid, logFile, exited, stop };
  await stop();
  throw new CommandFailure(
    `The ${name} ${first === "late" ? `was not ready after ${readyWithinMs / 1000} s` : "ended while it was starting"}. Its last log lines:\n${await exited}`,
    `The whole log is in ${logFile}.`,
  );
}
