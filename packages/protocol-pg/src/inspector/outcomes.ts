import type { ServerStep } from "@sallyport/shared/adapter";
import type { Outcome } from "@sallyport/shared/statement";
import { pgNativeErrors } from "../native-errors.ts";
import { unrunPermits, type ExpectedReply, type Running } from "./expected-reply.ts";

/** How a running statement ended: as the server says, unless the client was told before that it failed. */
type Ending = Pick<Outcome, "result" | "code">;

/** The step, told along with these outcomes. */
export function withOutcomes(step: ServerStep, outcomes: readonly Outcome[]): ServerStep {
  if (outcomes.length === 0) return step;
  return step.kind === "verbatim" ? { kind: "verbatim", outcomes } : { ...step, outcomes };
}

/** The first of the statements that have not run ended like this; those behind it were skipped. */
export function ended(reply: ExpectedReply, ending: Ending): readonly Outcome[] {
  return unrunPermits(reply).map((permit, index) =>
    index === 0 && (reply.kind === "execute" || reply.kind === "query")
      ? outcomeOf(reply, permit, ending)
      : { permit, result: "skipped", code: "", rows: 0 },
  );
}

export function outcomeOf({ rows, failure }: Running, permit: string, ending: Ending): Outcome {
  if (failure === undefined) return { permit, ...ending, rows };
  return { permit, result: "failed", code: pgNativeErrors[failure.code], rows };
}
