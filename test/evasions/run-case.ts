import { WireClient, type Side } from "../support/wire-client.ts";
import { sentText, type EvasionCase } from "./cases.ts";
import { changesIn, readState } from "./harm.ts";
import { judge, type Failure, type Outcome, type Run } from "./judge.ts";
import type { Lane } from "./lane.ts";
import type { LeakFinder } from "./leak-finder.ts";
import { modes, runSteps, runsIn, type Answer, type Mode } from "./modes.ts";

const ANSWER_WITHIN_MS = 20_000;
/** ReadyForQuery's word for no transaction. */
const IDLE = "I";

/** What became of a case in one mode. */
export interface ModeResult {
  readonly mode: Mode;
  readonly outcome: Outcome;
  readonly failures: readonly Failure[];
  readonly answers: readonly Answer[];
}

/** Runs a case in every mode that can carry it, and looks at the server afterwards each time. */
export async function runCase(
  evasion: EvasionCase,
  lane: Lane,
  leaks: LeakFinder,
): Promise<{ readonly result: readonly ModeResult[]; readonly isUnharmed: boolean }> {
  const result: ModeResult[] = [];
  for (const mode of modes) {
    if (!runsIn(evasion, mode)) continue;
    const isCompared = evasion.expect === "masked" || evasion.expect === "benign";
    const direct = isCompared ? await run(lane.direct, evasion, mode) : undefined;
    if (direct !== undefined) await emptyScratch(lane);
    const through = await run(lane.through, evasion, mode);
    const harm = await harmDone(evasion, lane);
    const leak = leaks(
      through.answers.flatMap(({ messages }) => messages),
      sentText(evasion),
    );
    const { outcome, failures } = judge(evasion, through, direct, leak, harm);
    result.push({ mode, outcome, failures, answers: through.answers });
    if (harm.length > 0) return { result, isUnharmed: false };
  }
  return { result, isUnharmed: true };
}

/** On a connection of its own, which at the end must still be of use. */
async function run(side: Side, { steps }: EvasionCase, mode: Mode): Promise<Run> {
  let client: WireClient;
  try {
    client = await WireClient.connect(side);
  } catch (error) {
    return { answers: [], lost: String(error) };
  }
  const timer = setTimeout(() => client.reset(), ANSWER_WITHIN_MS);
  try {
    const answers = await runSteps(client, steps, mode);
    const last = answers.at(-1)?.messages.at(-1);
    if (last?.tag !== "Z") return { answers, lost: "the connection ended, or gave no answer for too long" };
    if (last.body.toString("latin1") !== IDLE) await client.query("rollback");
    const answer = await client.query("select 1");
    const isUsable = answer.some(({ tag }) => tag === "D");
    return { answers, lost: isUsable ? undefined : "the connection does not answer select 1 afterwards" };
  } finally {
    clearTimeout(timer);
    await client[Symbol.asyncDispose]();
  }
}

/** What is not as it was, in words; `scratch` is emptied for the next. */
async function harmDone({ check }: EvasionCase, lane: Lane): Promise<readonly string[]> {
  try {
    const checked = check === undefined ? true : await isTrue(lane, check);
    await emptyScratch(lane);
    const changes = changesIn(lane.before, await readState(lane.admin));
    return [...(checked ? [] : ["its check does not hold"]), ...changes.map((name) => `${name} changed`)];
  } catch (error) {
    return [`the server cannot be asked any more: ${String(error)}`];
  }
}

async function isTrue({ admin }: Lane, check: string): Promise<boolean> {
  const { rows } = await admin.query<Readonly<Record<string, unknown>>>(check);
  const values = Object.values(rows[0] ?? {});
  return rows.length === 1 && values.length === 1 && values[0] === true;
}

async function emptyScratch({ admin }: Lane): Promise<void> {
  await admin.query("delete from public.scratch");
}
