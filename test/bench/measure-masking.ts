import { maskingPolicies, type MaskingPolicy } from "./masking-policies.ts";
import { cpuMicroseconds } from "./process-usage.ts";
import { runProgram, timeProgram } from "./run-program.ts";
import type { Stack } from "./stack.ts";

/** Ten columns of common kinds; the fourth and the fifth are masked. */
const table = (rows: number): string => `create table people as select
    n as id, 'Customer ' || n as name, 'Street ' || n % 97 as street, 'customer' || n || '@example.com' as email,
    lpad(n::text, 16, '4') as card, n % 100 as age, now() as created, (n * 1.25)::numeric(12, 2) as balance,
    'some words about this one' as note, n % 2 = 0 as active
  from generate_series(1, ${rows}) n`;

/** Each is short, and what else the machine does adds up to as much again. */
const MORE_ROUNDS = 2;

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
    // what else the machine does only adds to a round: the least disturbed one tells
    let plain = Infinity;
    const masked = new Map<MaskingPolicy, number>(masking.map((name) => [name, Infinity]));
    // the first run of each is the compiler's
    for (const name of ["unmasked", ...masking] as const) await cost(name);
    for (let round = 0; round < MORE_ROUNDS * effort.rounds; round++) {
      plain = Math.min(plain, await cost("unmasked"));
      for (const [name, least] of masked) masked.set(name, Math.min(least, await cost(name)));
    }
    const shown = [...masked.values()].map((least) =>
      `${least.toFixed(2)} (×${(least / plain).toFixed(1)})`.padStart(15),
    );
    console.log(`${way.padEnd(28)} ${plain.toFixed(2).padStart(8)} ${shown.join("")}`);
  }
  console.log();
}

function readAll(url: string, sql: string): Promise<number> {
  return timeProgram("psql", ["--no-psqlrc", "--no-align", "--tuples-only", url, "--command", sql]);
}
