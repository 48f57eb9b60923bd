import { runProgram } from "./run-program.ts";

export type QueryMode = "extended" | "prepared";

/** What one run of pgbench measured. */
export interface PgbenchRun {
  readonly transactions: number;
  readonly perSecond: number;
  readonly latencyMs: number;
}

/** Fills the tables that pgbench reads. */
export async function preparePgbench(url: string, scale: number): Promise<void> {
  await runProgram("pgbench", ["--initialize", "--quiet", `--scale=${scale}`, url]);
}

/** `SELECT abalance FROM pgbench_accounts WHERE aid = …`, over and over. */
export async function runPgbench(url: string, mode: QueryMode, clients: number, seconds: number): Promise<PgbenchRun> {
  const threads = Math.min(clients, 2);
  const output = await runProgram("pgbench", [
    "--select-only",
    "--no-vacuum",
    `--protocol=${mode}`,
    `--client=${clients}`,
    `--jobs=${threads}`,
    `--time=${seconds}`,
    url,
  ]);
  return {
    transactions: numberAfter(output, /number of transactions actually processed: (\d+)/),
    perSecond: numberAfter(output, /tps = ([\d.]+) \(without initial connection time\)/),
    latencyMs: numberAfter(output, /latency average = ([\d.]+) ms/),
  };
}

function numberAfter(output: string, pattern: RegExp): number {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`pgbench printed no ${pattern.source}:\n${output}`);
  return Number(found);
}
