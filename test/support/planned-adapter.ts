import { pg } from "@sallyport/protocol-pg/adapter";
import type { Inspector, ProtocolAdapter } from "@sallyport/shared/adapter";
import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import type { Statement } from "@sallyport/shared/statement";

/** PostgreSQL's adapter, under which every statement that passes runs under the plan that a test makes for its text. */
export function plannedAdapter(planOf: (text: string) => ResultPlan | undefined): ProtocolAdapter {
  return {
    ...pg,
    createInspector: async (facts, session) => underPlans(await pg.createInspector(facts, session), planOf),
  };
}

function underPlans(inspector: Inspector, planOf: (text: string) => ResultPlan | undefined): Inspector {
  let judged: readonly Statement[] = [];
  return {
    fromClient(frame) {
      const step = inspector.fromClient(frame);
      if (step.kind === "judge") judged = step.statements;
      return step;
    },
    fromServer: (frame) => inspector.fromServer(frame),
    admit: (frame, permits) =>
      inspector.admit(
        frame,
        permits.map((permit, at) => ({ ...permit, plan: planOf(judged[at]?.parsed.text ?? "") })),
      ),
    refuse: (frame, error) => inspector.refuse(frame, error),
    get busy() {
      return inspector.busy;
    },
    get inTransaction() {
      return inspector.inTransaction;
    },
    get timed() {
      return inspector.timed;
    },
    overdue: (statement, atBoundary) => inspector.overdue?.(statement, atBoundary) ?? { kind: "dropped" },
    farewell: (error) => inspector.farewell(error),
  };
}
