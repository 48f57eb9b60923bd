import { join } from "node:path";
import { parseArgs } from "node:util";
import { stopRequested } from "@sallyport/cli/stop-request";
import { readCases } from "./cases.ts";
import { caseLine, failureText, familyTable, isPassed, type CaseResult } from "./report.ts";
import { randomFaults, randomReport, refusedPercent } from "./random/random-report.ts";
import { runRandomQueries } from "./random/run-random.ts";
import { runCase } from "./run-case.ts";
import { startEvasionStack, type EvasionStack } from "./stack.ts";

const AT_ONCE = 4;
const OWN_CASES = join(import.meta.dirname, "postgres.jsonl");

const { values } = parseArgs({
  options: {
    cases: { type: "string", default: OWN_CASES },
    only: { type: "string" },
    random: { type: "string" },
    seed: { type: "string" },
    serve: { type: "boolean", default: false },
    verbose: { type: "boolean", default: false },
  },
});

/** How far it is; what comes out of it goes to stdout. */
const tell = (text: string): void => void process.stderr.write(`${text}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Leaves everything up and says where it is, until a signal. */
async function serve({ url, directUrl, road }: EvasionStack): Promise<void> {
  print(JSON.stringify({ url, directUrl, caFile: road.certificates.caFile }));
  await stopRequested({ exitWithParent: false });
}

/** Runs the cases and tells how each went; whether all passed. */
async function runAll(stack: EvasionStack): Promise<boolean> {
  const wanted = values.only?.split(",");
  const cases = readCases(values.cases).filter(({ id }) => wanted === undefined || wanted.includes(id));
  if (cases.length === 0) throw new Error("there is no such case");
  const waiting = [...cases];
  const done: CaseResult[] = [];
  const runSome = async (): Promise<void> => {
    for (let evasion = waiting.shift(); evasion !== undefined; evasion = waiting.shift()) {
      const next = evasion;
      const results = await stack.lanes.borrow((lane) => runCase(next, lane, stack.leaks));
      const result = { evasion, results };
      done.push(result);
      if (values.verbose || !isPassed(result)) tell(`${done.length}/${cases.length} ${caseLine(result)}`);
      else if (done.length % 25 === 0) tell(`${done.length}/${cases.length}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runSome));
  const inOrder = done.toSorted((a, b) => cases.indexOf(a.evasion) - cases.indexOf(b.evasion));
  const failed = inOrder.filter((result) => !isPassed(result));
  print(`\n${familyTable(inOrder)}`);
  for (const result of failed) print(`\n${failureText(result)}`);
  print(`\n${done.length - failed.length} of ${done.length} cases are as they must be.`);
  return failed.length === 0;
}

/** Runs so many random queries; whether nothing was wrong with any. */
async function runRandom(stack: EvasionStack, count: number): Promise<boolean> {
  const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
  tell(`Seed ${seed}`);
  const results = await runRandomQueries(stack, seed, count);
  const faults = randomFaults(results, seed);
  if (values.verbose) print(randomReport(results));
  for (const fault of faults) print(fault);
  print(
    `${faults.length} faults in ${count} queries; ${refusedPercent(results).toFixed(1)} % of those that touch masked columns refused.`,
  );
  return faults.length === 0;
}

tell("Starting a server, a gateway and an agent …");
await using stack = await startEvasionStack();
if (values.serve) await serve(stack);
else if (values.random !== undefined) process.exitCode = (await runRandom(stack, Number(values.random))) ? 0 : 1;
else process.exitCode = (await runAll(stack)) ? 0 : 1;
