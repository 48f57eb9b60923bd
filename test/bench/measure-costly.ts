import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as wait } from "node:timers/promises";
import { costlyTexts } from "../support/costly-texts.ts";
import { createDecisionRig } from "./decision-rig.ts";

const TABLE = { table: "t1", number: "c0", text: "c3" };
/** What else the machine does only adds to a round; the least disturbed one tells. */
const ROUNDS = 5;
const AIM_MS = 50;

/** How long this thread, which serves all sessions, is held up by texts that are made to be costly. */
export async function measureCostly(): Promise<void> {
  const decide = await createDecisionRig();
  console.log(`a costly text (read, resolve, decide)${" ".repeat(12)}longest that others wait, ms      aim`);
  for (const { what, sql } of costlyTexts(TABLE)) {
    let longest = Infinity;
    let decision = "";
    for (let round = 0; round < ROUNDS; round++) {
      // another text each time, and nothing left over of the one before
      const text = Buffer.from(`${sql} ${" ".repeat(round)}`);
      await wait(20);
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      await wait(20);
      decision = await decide(text);
      await wait(20);
      delay.disable();
      longest = Math.min(longest, delay.max / 1e6);
    }
    console.log(
      `${what.padEnd(40)} ${decision.padEnd(8)} ${longest.toFixed(1).padStart(24)} ${`≤ ${AIM_MS}`.padStart(8)}`,
    );
  }
  console.log();
}
