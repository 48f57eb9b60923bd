import { sentText, type EvasionCase } from "./cases.ts";
import { changesIn, readState } from "./harm.ts";
import { judge, type Failure, type Outcome } from "./judge.ts";
import type { Lane } from "./lane.ts";
import type { LeakFinder } from "./leak-finder.ts";
import { modes, runsIn, type Answer, type Mode } from "./modes.ts";
import { runOnce } from "./run-once.ts";

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
    const direct = isCompared ? await runOnce(lane.direct, evasion.steps, mode) : undefined;
    if (direct !== undefined) await emptyScratch(lane);
    const through = await runOnce(lane.through, evasion.steps, mode);
    const harm = await harmDone(evasion, lane);
    const leak = leaks(
      through.answers.flatMap(({ messages }) => messages),
      sentText(evasion),
    );
    const { outcome, failures } = judge(evasion, through, direct, leak, harm);
    result.push({ mode, outcome, failures, answers: through.answers });
    if (harm.length > 0) return { result, isUnharmed: false };
    // what hangs in one mode would hang in the others
    if (through.lost !== undefined) break;
  }
  return { result, isUnharmed: true };
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
