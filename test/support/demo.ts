import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DemoFile } from "@sallyport/cli/demo/demo-file";
import { assertPortsFree, demoPorts } from "@sallyport/cli/demo/ports";
import { otherProtocols } from "@sallyport/cli/demo/shop-server";

/** The `sallyport` command. */
export const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

/** A demo in a process of its own, as a person starts it. */
export interface RunningDemo {
  readonly process: ChildProcess;
  readonly state: string;
  readonly file: DemoFile;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  output(): string;
}

const running = new Set<{ readonly process: ChildProcess; readonly exited: Promise<unknown> }>();

/** Ends every demo that a test has left running. */
export async function endDemos(): Promise<void> {
  for (const demo of running) {
    demo.process.kill("SIGTERM");
    await demo.exited;
  }
}

/** Starts a demo and resolves when it says that it is up. */
export async function startDemo(state: string, base: number, more: readonly string[] = []): Promise<RunningDemo> {
  const child = spawn(process.execPath, [main, "demo", "--state", state, "--exit-with-parent", ...more], {
    env: { ...process.env, SALLYPORT_PORT_BASE: String(base) },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let output = "";
  const up = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("Ctrl-C ends the demo.")) up.resolve();
    });
  }
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const entry = { process: child, exited };
  running.add(entry);
  void exited.then(() => running.delete(entry));
  await Promise.race([
    up.promise,
    exited.then(() => {
      throw new Error(`the demo ended while starting: ${output}`);
    }),
  ]);
  const file: unknown = JSON.parse(readFileSync(join(state, "demo.json"), "utf8"));
  if (!isDemoFile(file)) throw new Error("demo.json is not what other tools expect");
  return { process: child, state, file, exited, output: () => output };
}

function isDemoFile(value: unknown): value is DemoFile {
  if (typeof value !== "object" || value === null) return false;
  const promised = ["ready", "pids", "gateway", "servers", "principals"];
  return promised.every((key) => key in value) && "ready" in value && value.ready === true;
}

/** Runs a program to its end, with no input. */
export function runProgram(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** The first of eight ports in a row that are free, below those that the system hands out to clients. */
export async function freeBase(): Promise<number> {
  for (let candidate = 20_000 + (process.pid % 700) * 16; ; candidate += 8) {
    try {
      await assertPortsFree(demoPorts(String(candidate)), ["pg", ...otherProtocols]);
      return candidate;
    } catch {
      // one of them is taken: the next eight
    }
  }
}
