import { maskingPolicies, type MaskingPolicy } from "./masking-policies.ts";
import { median } from "./median.ts";
import { cpuMicroseconds } from "./process-usage.ts";
import { runProgram, timeProgram } from "./run-program.ts";
import type { Stack } from "./stack.ts";

/** Ten columns of common kinds; the fourth and the fifth are masked. */
const table = (rows: number): string => `create table people as select
    n as id, 'Customer ' || n as name, 'Street ' || n % 97 as street, 'customer' || n || '@example.com' as email,
    lpad(n::text, 16, '4') as card, n % 100 as age, now() as created, (n * 1.25)::numeric(12, 2) as balance,
    'some words about this one' as note, n % 2 = 0 as active
  from generate_series(1, ${rows}) n`;

/** Each is short. */
const ROUNDS = 2;

/** The result in each way that a client may read it in bulk. */
const ways = {
  rows: "select * from people",
  "copy text": "copy people to stdout",
  "copy csv": "copy people to stdout (format csv)",
  "copy binary": "copy people to stdout (format binary)",
} as const;

const masking = Object.keys(maskingPolicies).filter(
  (name): name is MaskingPolicy => name in maskingPolicies && name !== "unmasked",
);

/** CPU time in microseconds. */
interface Cost {
  readonly gateway: number;
  /** Of both processes that the result passes. */
  readonly both: number;
}

interface Pair {
  readonly unmasked: Cost;
  readonly masked: Cost;
}

/**
 * What masking costs: the same result through under a policy without a mask, and under each that masks. It is the gateway that masks; the agent
 * beside the database passes the same bytes on either way.
 */
export async function measureMasking(
  stack: Stack,
  effort: { readonly maskedRows: number; readonly rounds: number },
): Promise<void> {
  await runProgram("psql", ["--no-psqlrc", stack.directUrl, "--command", table(effort.maskedRows)]);
  console.log(`masking, ${effort.maskedRows.toLocaleString("en")} rows of 10 columns, 2 of them masked`);
  console.log(`µs of CPU per row            unmasked ${masking.map((name) => name.padStart(15)).join("")}`);
  for (const [way, sql] of Object.entries(ways)) {
    const cost = async (policy: MaskingPolicy): Promise<Cost> => {
      const before = usedBy(stack);
      await readAll(stack.urlUnder(policy), sql);
      const after = usedBy(stack);
      const rows = effort.maskedRows;
      return { gateway: (after.gateway - before.gateway) / rows, both: (after.both - before.both) / rows };
    };
    // the first run of each is the compiler's
    for (const name of ["unmasked", ...masking] as const) await cost(name);
    const measured: Pair[][] = [];
    for (const name of masking) {
      const pairs: Pair[] = [];
      for (let round = 0; round < ROUNDS * effort.rounds; round++) {
        // the machine is not always equally fast, but mostly for two runs in a row
        pairs.push({ unmasked: await cost("unmasked"), masked: await cost(name) });
      }
      measured.push(pairs);
    }
    console.log(lineOf(`${way}, gateway`, measured, ({ gateway }) => gateway));
    console.log(lineOf(`${way}, with the agent`, measured, ({ both }) => both));
  }
  console.log();
}

function usedBy({ gatewayPid, agentPid }: Stack): Cost {
  const gateway = cpuMicroseconds(gatewayPid);
  return { gateway, both: gateway + cpuMicroseconds(agentPid) };
}

function lineOf(title: string, measured: readonly (readonly Pair[])[], of: (cost: Cost) => number): string {
  const unmasked = median(measured.flat().map((pair) => of(pair.unmasked)));
  const shown = measured.map((pairs) => {
    const ratio = median(pairs.map(({ unmasked, masked }) => of(masked) / of(unmasked)));
    return `${median(pairs.map(({ masked }) => of(masked))).toFixed(2)} (×${ratio.toFixed(1)})`.padStart(15);
  });
  return `${title.padEnd(28)} ${unmasked.toFixed(2).padStart(8)} ${shown.join("")}`;
}

function readAll(url: string, sql: string): Promise<number> {
  return timeProgram("psql", ["--no-psqlrc", "--no-align", "--tuples-only", url, "--command", sql]);
}
