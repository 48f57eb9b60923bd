import { WireClient, type Side } from "../support/wire-client.ts";
import type { Step } from "./cases.ts";
import type { Run } from "./judge.ts";
import { runSteps, type Mode } from "./modes.ts";

const ANSWER_WITHIN_MS = 10_000;
/** ReadyForQuery's word for no transaction. */
export const IDLE = "I";

/** Does the steps on a connection of their own, which at the end must still be of use. */
export async function runOnce(side: Side, steps: readonly Step[], mode: Mode): Promise<Run> {
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
