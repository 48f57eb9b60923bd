import { longStatement, shortStatement } from "./bench-statements.ts";
import { createDecisionRig, type Decide } from "./decision-rig.ts";

/** What deciding a statement costs, from its bytes to the decision, among 500 tables of which policy tells some apart and masks columns. */
export async function measureDecisions(effort: { readonly decisions: number }): Promise<void> {
  const decide = await createDecisionRig();
  const { decisions } = effort;
  let next = 0;
  const short = (): Buffer => shortStatement(next++);
  const long = (): Buffer => longStatement(next++);
  // the first ones are the compiler's
  await cost(decide, Math.ceil(decisions / 4), short);
  await cost(decide, Math.ceil(decisions / 8), long);
  const [seenShort, seenLong] = [shortStatement(0), longStatement(0)];
  const lines = [
    ["seen before, short", 2, await cost(decide, decisions * 10, () => seenShort)],
    ["seen before, 20 lines", 2, await cost(decide, decisions * 10, () => seenLong)],
    ["new, short", 100, await cost(decide, decisions, short)],
    ["new, 20 lines", 500, await cost(decide, Math.ceil(decisions / 5), long)],
  ] as const;
  console.log("decision (read, resolve, decide; 500 tables)          µs a statement      aim");
  for (const [name, aim, microseconds] of lines) {
    console.log(`${name.padEnd(46)} ${microseconds.toFixed(2).padStart(22)} ${`≤ ${aim}`.padStart(8)}`);
  }
  console.log();
}

/**
 * What else the machine does only adds: the least disturbed part tells. Each has its share of collecting garbage, which is done once for some
 * twenty statements of 20 lines.
 */
const PARTS = 100;

/** Microseconds. Where a thread's own time is counted by ticks of milliseconds it says little of so short a part: it is the wall's. */
async function cost(decide: Decide, times: number, statement: () => Buffer): Promise<number> {
  const timesOfPart = Math.ceil(times / PARTS);
  let least = Infinity;
  for (let part = 0; part < PARTS; part++) {
    // to write them is the client's work
    const statements = Array.from({ length: timesOfPart }, statement);
    const before = performance.now();
    for (const one of statements) await decide(one);
    least = Math.min(least, ((performance.now() - before) * 1000) / timesOfPart);
  }
  return least;
}
