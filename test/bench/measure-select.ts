import { median } from "./median.ts";
import { runPgbench, type PgbenchRun, type QueryMode } from "./pgbench.ts";
import { cpuMicroseconds } from "./process-usage.ts";
import type { Stack } from "./stack.ts";

const modes: readonly QueryMode[] = ["extended", "prepared"];
const clientCounts = [1, 8, 32];

/** Many small statements: what the road costs each of them. */
export async function measureSelect(
  stack: Stack,
  effort: { readonly seconds: number; readonly rounds: number },
): Promise<void> {
  // The first seconds of a process are its compiler's.
  await runPgbench(stack.throughUrl, "extended", 8, effort.seconds);
  console.log(
    "pgbench -S           direct tps   through tps   ratio   added ms   gateway µs   agent µs (CPU per statement)",
  );
  for (const mode of modes) {
    for (const clients of clientCounts) console.log(await measure(stack, mode, clients, effort));
  }
  console.log();
}

async function measure(
  stack: Stack,
  mode: QueryMode,
  clients: number,
  { seconds, rounds }: { readonly seconds: number; readonly rounds: number },
): Promise<string> {
  const direct: PgbenchRun[] = [];
  const through: PgbenchRun[] = [];
  let gatewayCpu = 0;
  let agentCpu = 0;
  for (let round = 0; round < rounds; round++) {
    direct.push(await runPgbench(stack.directUrl, mode, clients, seconds));
    const before = { gateway: cpuMicroseconds(stack.gatewayPid), agent: cpuMicroseconds(stack.agentPid) };
    through.push(await runPgbench(stack.throughUrl, mode, clients, seconds));
    gatewayCpu += cpuMicroseconds(stack.gatewayPid) - before.gateway;
    agentCpu += cpuMicroseconds(stack.agentPid) - before.agent;
  }
  const statements = through.reduce((sum, run) => sum + run.transactions, 0);
  const [directTps, throughTps] = [direct, through].map((runs) => median(runs.map((run) => run.perSecond)));
  const ratio = median(through.map((run, index) => run.perSecond / (direct[index]?.perSecond ?? Number.NaN)));
  const added = median(through.map((run, index) => run.latencyMs - (direct[index]?.latencyMs ?? Number.NaN)));
  return [
    `${mode}, ${clients} clients`.padEnd(20),
    (directTps ?? 0).toFixed(0).padStart(11),
    (throughTps ?? 0).toFixed(0).padStart(13),
    ratio.toFixed(2).padStart(8),
    added.toFixed(3).padStart(10),
    (gatewayCpu / statements).toFixed(1).padStart(12),
    (agentCpu / statements).toFixed(1).padStart(10),
  ].join(" ");
}
