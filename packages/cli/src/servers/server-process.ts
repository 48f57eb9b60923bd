import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, statSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { findOnPath } from "../find-on-path.ts";
import { stopChild } from "./stop-child.ts";

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;

/** A server's program that runs. It ends with this process, however that ends. */
export interface ServerProcess {
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the server is gone, with its last log lines. */
  readonly exited: Promise<string>;
  /** Ends all sessions and the server; bounded. */
  stop(): Promise<void>;
}

/** How a program is started, and what its log says when it accepts connections. */
export interface ServerProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly logFile: string;
  readonly ready: RegExp;
  readonly environment?: Readonly<Record<string, string>>;
}

/** `said` is what it has logged until it was ready. */
export type Launched =
  | { readonly kind: "running"; readonly process: ServerProcess; readonly said: string }
  | { readonly kind: "failed"; readonly lastLines: string };

/** Starts a server's program with its output in a log file and resolves when it is ready or gone; it never fails. */
export async function launchServer(program: ServerProgram): Promise<Launched> {
  const { folder, logFile } = program;
  const log = openSync(logFile, "a", 0o600);
  const begin = statSync(logFile).size;
  const { command, args } = endingWithParent(program);
  const child = spawn(command, [...args], {
    cwd: folder,
    env: { ...process.env, LC_ALL: "C", TZ: "UTC", ...program.environment },
    // a session of its own: Ctrl-C in the terminal reaches the supervisor, which ends the parts in order
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const said = (): string => readFileSync(logFile).subarray(begin).toString("utf8");
  const exited = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () => resolve(said().trimEnd().split("\n").slice(-12).join("\n")));
  });
  const stop = (): Promise<void> => stopChild(child, exited, STOP_WITHIN_MS);
  const until = Date.now() + READY_WITHIN_MS;
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null && Date.now() < until) {
    const lines = said();
    if (program.ready.test(lines)) {
      return { kind: "running", process: { pid: child.pid, logFile, exited, stop }, said: lines };
    }
    await delay(15);
  }
  await stop();
  return { kind: "failed", lastLines: await exited };
}

/** The kernel tells it of this process's death, where there is a Linux with util-linux. */
function endingWithParent({ command, args }: ServerProgram): { command: string; args: readonly string[] } {
  const setpriv = process.platform === "linux" ? findOnPath("setpriv") : undefined;
  return setpriv === undefined ? { command, args } : { command: setpriv, args: ["--pdeathsig=TERM", command, ...args] };
}
