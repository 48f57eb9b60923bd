import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Side } from "./wire-client.ts";

/** What a psql printed and how it ended. */
export interface PsqlResult {
  readonly output: string;
  readonly errors: string;
  readonly code: number | null;
}

/** A psql that runs. */
export interface RunningPsql {
  /** As Ctrl-C does. */
  interrupt(): void;
  readonly result: Promise<PsqlResult>;
}

/** Starts a real psql, without TLS, on what it is to do; it reads the script as from a terminal's pipe. */
export function startPsql(side: Side, input: string, args: readonly string[] = []): RunningPsql {
  const child = spawn("psql", ["--no-psqlrc", ...args], {
    env: {
      ...process.env,
      PGHOST: side.host,
      PGPORT: String(side.port),
      PGUSER: side.user,
      PGPASSWORD: side.password,
      PGDATABASE: side.database,
      PGSSLMODE: "disable",
      PGGSSENCMODE: "disable",
      LC_ALL: "C.UTF-8",
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  child.stdin.end(input);
  const result = once(child, "close").then(() => ({
    output: Buffer.concat(output).toString(),
    errors: Buffer.concat(errors).toString(),
    code: child.exitCode,
  }));
  return { interrupt: () => child.kill("SIGINT"), result };
}
