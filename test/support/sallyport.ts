import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../packages/cli/bin/sallyport", import.meta.url));

const compiled = process.env["NODE_COMPILE_CACHE"];
/** What of the environment makes programs start sooner and changes nothing else: where Node keeps what it compiled, if it does. */
export const quickStart: Readonly<Record<string, string>> =
  compiled === undefined ? {} : { NODE_COMPILE_CACHE: compiled };

/** What a command printed and how it ended. */
export interface Ran {
  readonly output: string;
  readonly errors: string;
  readonly code: number | null;
}

/** A `sallyport` that runs. */
export interface Running {
  readonly child: ChildProcess;
  /** So far. */
  output(): string;
  errors(): string;
  readonly result: Promise<Ran>;
}

/** Starts the command as a person does, without a terminal, in nothing but the environment that is given and a PATH. */
export function startSallyport(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  input?: string,
): Running {
  const child = spawn(program, [...args], {
    env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C.UTF-8", ...quickStart, ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const parts = { output: "", errors: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (parts.output += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (parts.errors += chunk));
  if (input !== undefined) child.stdin.end(input);
  const result = once(child, "close").then(() => ({ ...parts, code: child.exitCode }));
  return { child, output: () => parts.output, errors: () => parts.errors, result };
}
