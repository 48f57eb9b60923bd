import { comparable, errorsIn, rowsIn } from "../received.ts";
import type { Mode } from "../modes.ts";
import { runOnce } from "../run-once.ts";
import type { EvasionStack } from "../stack.ts";
import type { Lane } from "../lane.ts";
import { createDice } from "./dice.ts";
import { randomQuery, type RandomQuery } from "./query.ts";

const AT_ONCE = 4;
const MODES = ["simple", "text", "binary", "again"] as const satisfies readonly Mode[];

/** What became of a query; `invalid` where the server itself refuses it, so that it says nothing. */
export interface RandomResult {
  readonly query: RandomQuery;
  readonly mode: Mode;
  readonly outcome: "invalid" | "answered" | "refused";
  /** What is wrong with it, in words; undefined where nothing is. */
  readonly fault: string | undefined;
  /** The gateway's or the server's words. */
  readonly words: string;
}

/** Runs so many queries directly and through the gateway. The same seed makes the same queries. */
export async function runRandomQueries(
  stack: EvasionStack,
  seed: number,
  count: number,
): Promise<readonly RandomResult[]> {
  const dice = createDice(seed);
  const waiting = Array.from({ length: count }, () => ({ query: randomQuery(dice), mode: dice.pick(MODES) }));
  const results: RandomResult[] = [];
  const runSome = async (lane: Lane): Promise<{ readonly result: undefined; readonly isUnharmed: boolean }> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results.push(await runQuery(stack, lane, next.query, next.mode));
    return { result: undefined, isUnharmed: true };
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => stack.lanes.borrow(runSome)));
  return results;
}

async function runQuery(stack: EvasionStack, lane: Lane, query: RandomQuery, mode: Mode): Promise<RandomResult> {
  const steps = query.steps.map((sql) => ({ kind: "sql", sql, params: undefined }) as const);
  const direct = await runOnce(lane.direct, steps, mode);
  const wanted = direct.answers.flatMap(({ messages }) => messages);
  const invalid = errorsIn(wanted)[0];
  if (invalid !== undefined) return { query, mode, outcome: "invalid", fault: undefined, words: invalid.message };
  const through = await runOnce(lane.through, steps, mode);
  const got = through.answers.flatMap(({ messages }) => messages);
  const error = errorsIn(got)[0];
  const words = error === undefined ? "" : `${error.code} ${error.message}`;
  const outcome = error === undefined ? "answered" : "refused";
  const leak = stack.leaks(got, query.steps.join("\n"));
  if (leak !== undefined)
    return { query, mode, outcome, fault: `leaked ${leak.column} ${leak.as}: ${leak.seen}`, words };
  if (through.lost !== undefined) return { query, mode, outcome, fault: through.lost, words };
  if (outcome === "refused") return { query, mode, outcome, fault: query.touchesMasked ? undefined : "refused", words };
  const isSame = query.touchesMasked
    ? rowsIn(wanted) === rowsIn(got)
    : comparable(wanted).toSorted().join("\n") === comparable(got).toSorted().join("\n");
  return { query, mode, outcome, fault: isSame ? undefined : "gives other rows than directly", words };
}
