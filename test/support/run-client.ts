import { spawn } from "node:child_process";

/** What a program printed and how it ended. */
export interface ClientResult {
  readonly output: string;
  readonly errors: string;
  readonly code: number | null;
}

/** A program that runs. */
export interface RunningClient {
  /** As Ctrl-C does. */
  interrupt(): void;
  readonly result: Promise<ClientResult>;
}

export interface ClientRunOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a client program on what it is to do, which it reads as from a terminal's pipe. */
export function startClient(command: string, args: readonly string[], options: ClientRunOptions = {}): RunningClient {
  const child = spawn(command, args, {
    env: { ...process.env, LC_ALL: "C.UTF-8", ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  // a program that ends early does not read what it is given
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.input ?? "");
  const result = new Promise<ClientResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString(), code }),
    );
  });
  return { interrupt: () => child.kill("SIGINT"), result };
}

/** Runs a client program to its end. */
export function runClient(
  command: string,
  args: readonly string[],
  options: ClientRunOptions = {},
): Promise<ClientResult> {
  return startClient(command, args, options).result;
}
