import { runProgram } from "./run-program.ts";
import { residentMegabytes } from "./process-usage.ts";
import type { Stack } from "./stack.ts";

const PARTS = 5;
const CLIENTS = 8;

/** Memory after each part of a long run: a leak shows as a line that keeps rising. */
export async function measureMemory(stack: Stack, effort: { readonly statements: number }): Promise<void> {
  const perClient = Math.ceil(effort.statements / PARTS / CLIENTS);
  const sizes = (): string =>
    `gateway ${residentMegabytes(stack.gatewayPid)} MB, agent ${residentMegabytes(stack.agentPid)} MB`;
  console.log(`memory at the start: ${sizes()}`);
  for (let part = 1; part <= PARTS; part++) {
    await runProgram("pgbench", [
      "--select-only",
      "--no-vacuum",
      "--protocol=extended",
      `--client=${CLIENTS}`,
      "--jobs=2",
      `--transactions=${perClient}`,
      stack.throughUrl,
    ]);
    console.log(`after ${(perClient * CLIENTS * part).toLocaleString("en")} statements: ${sizes()}`);
  }
}
