import { GatewayError } from "@sallyport/shared/errors";
import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import { mintPermit, type Permit } from "@sallyport/shared/permit";
import type { Statement, StatementObject } from "@sallyport/shared/statement";
import { recordDecision } from "../recording/record-decision.ts";
import type { Recording } from "../recording/recorder.ts";
import { SaidBefore } from "../recording/said-before.ts";
import type { Decision, Denial } from "./decision.ts";
import type { PolicyView } from "./policy-view.ts";

/** What became of the statements of one frame: all pass, each with its permit, or none does. */
export type GateVerdict =
  | { readonly kind: "passed"; readonly permits: readonly Permit[] }
  | { readonly kind: "refused"; readonly error: GatewayError };

/**
 * The one place where a session's statements are let through: decide, record, mint. The relay commits the recording
 * before it writes to the server, once for all statements that go out together.
 */
export class PolicyGate {
  readonly #view: PolicyView;
  readonly #recording: Recording;
  readonly #saidBefore = new SaidBefore();
  #statements = 0;

  constructor(view: PolicyView, recording: Recording) {
    this.#view = view;
    this.#recording = recording;
  }

  /** How many statements were decided so far. */
  get statements(): number {
    return this.#statements;
  }

  /** Throws `recording/failed`: then nothing passes any more. */
  pass(statements: readonly Statement[]): GateVerdict {
    const decided = this.#withinRate(
      statements.map((statement) => ({ statement, decision: this.#view.decide(statement.parsed) })),
    );
    const recorded = decided.map(({ statement, decision }) => ({ id: this.#record(statement, decision), decision }));
    const denied = decided.find(({ decision }) => decision.kind === "deny");
    if (denied?.decision.kind !== "deny")
      return { kind: "passed", permits: recorded.map(({ id, decision }) => mintPermit(id, planOf(decision))) };
    for (const { id, decision } of recorded) if (decision.kind === "allow") this.#recordSkipped(id);
    return { kind: "refused", error: refusal(denied.decision, statements.length) };
  }

  /** What would pass, if it comes too often, does not. Only running counts: what is defined has done nothing yet. */
  #withinRate(decided: readonly Decided[]): readonly Decided[] {
    if (decided.some(({ decision }) => decision.kind === "deny")) return decided;
    const counted = decided.flatMap(({ statement, decision }) =>
      statement.stage === "run" && decision.kind === "allow" ? (decision.statementsPerMinute ?? []) : [],
    );
    if (counted.length === 0) return decided;
    const perMinute = Math.min(...counted);
    if (this.#view.countRuns(counted.length, perMinute)) return decided;
    return decided.map(({ statement, decision }) => ({
      statement,
      decision: tooOften(statement, decision, perMinute),
    }));
  }

  #record(statement: Statement, decision: Decision): string {
    const id = String(++this.#statements);
    const { parsed, stage } = statement;
    const said = this.#saidBefore.say(statement, id);
    const objects = parsed.objects === undefined ? {} : { objects: parsed.objects.map(nameOf) };
    this.#recording.append({
      type: "statement",
      id,
      stage,
      ...said,
      verbs: parsed.verbs,
      ...objects,
      decision: recordDecision(decision),
    });
    return id;
  }

  /** It was allowed, but sent together with one that was not. */
  #recordSkipped(id: string): void {
    this.#recording.append({ type: "outcome", permit: id, result: "skipped", code: "", rows: 0 });
  }
}

interface Decided {
  readonly statement: Statement;
  readonly decision: Decision;
}

function planOf(decision: Decision): ResultPlan | undefined {
  return decision.kind === "allow" ? decision.plan : undefined;
}

function tooOften({ parsed }: Statement, { version }: Decision, perMinute: number): Denial {
  const because = `Policy lets ${perMinute} statements run in a minute, and these would be more. Try again in a moment.`;
  return { kind: "deny", code: "session/limit", rule: undefined, verb: parsed.verbs[0] ?? "unknown", because, version };
}

function nameOf({ database, name }: StatementObject): string {
  return database === undefined ? name : `${database}.${name}`;
}

function refusal(decision: Denial, statements: number): GatewayError {
  const { rule, verb, because } = decision;
  // A rule's own words may not say what they are about; the default's do.
  const what = rule === undefined ? because : `${verb} is denied by rule ${rule}: ${because}`;
  const detail = statements === 1 ? what : `${what} None of the statements sent with it was run.`;
  return new GatewayError(decision.code, detail, { detail });
}
