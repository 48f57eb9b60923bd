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

/** What masking costs: the same result through the gateway under a policy without a mask, and under each that masks. */
export async function measureMasking(
  stack: Stack,
  effort: { readonly maskedRows: number; readonly rounds: number },
): Promise<void> {
  await runProgram("psql", ["--no-psqlrc", stack.directUrl, "--command", table(effort.maskedRows)]);
  console.log(`masking, ${effort.maskedRows.toLocaleString("en")} rows of 10 columns, 2 of them masked`);
  console.log(`gateway µs of CPU per row    unmasked ${masking.map((name) => name.padStart(15)).join("")}`);
  for (const [way, sql] of Object.entries(ways)) {
    const cost = async (policy: MaskingPolicy): Promise<number> => {
      const before = cpuMicroseconds(stack.gatewayPid);
      await readAll(stack.urlUnder(policy), sql);
      return (cpuMicroseconds(stack.gatewayPid) - before) / effort.maskedRows;
    };
    // the first run of each is the compiler's
    for (const name of ["unmasked", ...masking] as const) await cost(name);
    const plain: number[] = [];
    const shown: string[] = [];
    for (const name of masking) {
      const masked: number[] = [];
      const ratios: number[] = [];
      for (let round = 0; round < ROUNDS * effort.rounds; round++) {
        // the machine is not always equally fast, but mostly for two runs in a row
        const [one, other] = [await cost("unmasked"), await cost(name)];
        plain.push(one);
        masked.push(other);
        ratios.push(other / one);
      }
      shown.push(`${median(masked).toFixed(2)} (×${median(ratios).toFixed(1)})`.padStart(15));
    }
    console.log(`${way.padEnd(28)} ${median(plain).toFixed(2).padStart(8)} ${shown.join("")}`);
  }
  console.log();
}

function readAll(url: string, sql: string): Promise<number> {
  return timeProgram("psql", ["--no-psqlrc", "--no-align", "--tuples-only", url, "--command", sql]);
}
