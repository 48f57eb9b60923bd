import type { Both } from "../../support/arena.ts";
import type { WireMessage } from "../../support/message-splitter.ts";
import { WireClient } from "../../support/wire-client.ts";
import type { Lane } from "../lane.ts";
import type { LeakFinder } from "../leak-finder.ts";
import { runSteps, type Mode } from "../modes.ts";
import { comparable, errorsIn, rowsIn } from "../received.ts";
import { IDLE } from "../run-once.ts";
import type { EvasionStack } from "../stack.ts";
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
    await using direct = await WireClient.connect(lane.direct);
    await using through = await WireClient.connect(lane.through);
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results.push(await runQuery({ direct, through }, stack.leaks, next.query, next.mode));
    return { result: undefined, isUnharmed: true };
  };
  await Promise.all(Array.from({ length: AT_ONCE }, () => stack.lanes.borrow(runSome)));
  return results;
}

async function runQuery(
  clients: Both<WireClient>,
  leaks: LeakFinder,
  query: RandomQuery,
  mode: Mode,
): Promise<RandomResult> {
  const wanted = await answerTo(clients.direct, query, mode);
  const invalid = errorsIn(wanted)[0];
  if (invalid !== undefined) return { query, mode, outcome: "invalid", fault: undefined, words: invalid.message };
  const got = await answerTo(clients.through, query, mode);
  const error = errorsIn(got)[0];
  const words = error === undefined ? "" : `${error.code} ${error.message} ${error.detail}`;
  const outcome = error === undefined ? "answered" : "refused";
  return { query, mode, outcome, fault: faultOf(query, wanted, got, leaks), words };
}

function faultOf(
  query: RandomQuery,
  wanted: readonly WireMessage[],
  got: readonly WireMessage[],
  leaks: LeakFinder,
): string | undefined {
  const leak = leaks(got, query.steps.join("\n"));
  if (leak !== undefined) return `leaked ${leak.column} ${leak.as}: ${leak.seen}`;
  if (got.at(-1)?.tag !== "Z") return "ended the connection";
  if (errorsIn(got).length > 0) return query.touchesMasked ? undefined : "refused";
  const isSame = query.touchesMasked
    ? rowsIn(wanted) === rowsIn(got)
    : comparable(wanted).toSorted().join("\n") === comparable(got).toSorted().join("\n");
  return isSame ? undefined : "gives other rows than directly";
}

/** All that came back for its statements; the connection is left without a transaction. */
async function answerTo(client: WireClient, query: RandomQuery, mode: Mode): Promise<readonly WireMessage[]> {
  const steps = query.steps.map((sql) => ({ kind: "sql", sql, params: undefined }) as const);
  const answers = await runSteps(client, steps, mode);
  const messages = answers.flatMap((answer) => answer.messages);
  const last = messages.at(-1);
  if (last?.tag === "Z" && last.body.toString("latin1") !== IDLE) await client.query("rollback");
  return messages;
}
