import { median } from "./median.ts";
import { cpuMicroseconds } from "./process-usage.ts";
import { timeProgram } from "./run-program.ts";
import type { Stack } from "./stack.ts";

/** A hundred bytes a row, as many tables have. */
const ROW_BYTES = 100;

/** Few large results: whether the road carries them as fast as the server makes them. */
export async function measureBulk(
  stack: Stack,
  effort: { readonly bulkRows: number; readonly rounds: number },
): Promise<void> {
  const megabytes = (effort.bulkRows * ROW_BYTES) / 1e6;
  const sql = `copy (select repeat('x', ${ROW_BYTES - 1}) from generate_series(1, ${effort.bulkRows})) to stdout`;
  const direct: number[] = [];
  const through: number[] = [];
  let cpu = 0;
  for (let round = 0; round < effort.rounds; round++) {
    direct.push(await timeProgram("psql", ["--no-psqlrc", stack.directUrl, "--command", sql]));
    const before = cpuMicroseconds(stack.gatewayPid) + cpuMicroseconds(stack.agentPid);
    through.push(await timeProgram("psql", ["--no-psqlrc", stack.throughUrl, "--command", sql]));
    cpu += cpuMicroseconds(stack.gatewayPid) + cpuMicroseconds(stack.agentPid) - before;
  }
  const ratio = median(through.map((seconds, index) => (direct[index] ?? Number.NaN) / seconds));
  const rate = (seconds: readonly number[]): string => `${(megabytes / median(seconds)).toFixed(0)} MB/s`;
  console.log(
    `bulk read, ${megabytes} MB   direct ${rate(direct)}, through ${rate(through)}, ratio ${ratio.toFixed(2)}, ${(cpu / effort.rounds / megabytes / 1000).toFixed(2)} ms of CPU per MB in gateway and agent\n`,
  );
}
