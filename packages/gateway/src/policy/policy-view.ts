import { GatewayError } from "@sallyport/shared/errors";
import { Memo } from "@sallyport/shared/memo";
import type { ParsedStatement } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import type { CompiledPolicy } from "./compile-policy.ts";
import { decideStatement, denyAsUnavailable } from "./decide-statement.ts";
import type { Decision } from "./decision.ts";
import { explainDecision, type Explanation } from "./explain/explain-decision.ts";
import type { PolicySubject } from "./policy-subject.ts";
import { createRuleTable, type RuleTable } from "./rule-table.ts";
import type { StatementRates } from "./statement-rates.ts";

/** The smallest limits of all policies that apply; undefined where none sets one. */
export interface SessionLimits {
  readonly maxMs: number | undefined;
  readonly idleMs: number | undefined;
  /** How many sessions the principal may have on the connection at once. */
  readonly sessions: number | undefined;
}

/** Whether there is anything at all that a subject may do now. */
export type Access =
  | { readonly kind: "none"; readonly because: string }
  | { readonly kind: "some"; readonly session: SessionLimits };

/** What policy says to one session. It is always of now: changed documents and passing time count from the next call. */
export interface PolicyView {
  /** Decides one statement, from memory. Never throws: while documents cannot be read, everything is denied. */
  decide(parsed: ParsedStatement): Decision;
  /** All that such a decision rests on. For people, not on the path of statements. Throws only `policy/unavailable`. */
  explain(parsed: ParsedStatement): Explanation;
  /** Whether any policy that applies now asks what statements touch; false while documents cannot be read. */
  readonly needsObjects: boolean;
  /**
   * Whether the server should hold the session read-only: policies speak of objects, and none of them, now or at another hour, allows anything that
   * writes. False while documents cannot be read.
   */
  readonly readOnly: boolean;
  /** Counts statements of the principal on the connection, in all its sessions; false where they are more than may run in a minute. */
  countRuns(statements: number, perMinute: number): boolean;
  /** Asked at login, after each change of the store, and at `nextChange`. Throws only `policy/unavailable`. */
  access(): Access;
  /**
   * When to ask for `access` again because of time alone; undefined where time changes nothing. Never more than an hour
   * ahead, so that a timer set for it notices a clock that was put right. Throws only `policy/unavailable`.
   */
  nextChange(): Date | undefined;
}

/** All policies of one snapshot of the store. The same object for the same snapshot. */
export interface PolicySet {
  readonly version: string;
  readonly policies: readonly CompiledPolicy[];
}

interface Computation {
  readonly set: PolicySet;
  /** The policies whose who and where hold; `when` is asked again as time passes. */
  readonly concerned: readonly CompiledPolicy[];
  readonly active: readonly CompiledPolicy[];
  readonly table: RuleTable;
  readonly decisions: Memo<ParsedStatement, Decision>;
  /** It holds from here… */
  readonly from: number;
  /** …until just before here; Infinity where time changes nothing. */
  readonly to: number;
}

const LONGEST_WAIT_MS = 3_600_000;

/** What the views of all subjects share. */
export interface ViewMeans {
  /** Throws `policy/unavailable` where there is none. */
  readonly policySet: () => PolicySet;
  readonly now: () => Date;
  /** The key of the mask `hash`. */
  readonly maskKey: Buffer;
  readonly rates: StatementRates;
}

/** Makes the view of one subject. */
export function createPolicyView(subject: PolicySubject, { policySet, now, maskKey, rates }: ViewMeans): PolicyView {
  const rateKey = JSON.stringify([subject.principal.name, subject.connection]);
  let computed: Computation | undefined;

  function current(): Computation {
    const set = policySet();
    if (computed?.set === set) {
      if (computed.to === Infinity) return computed;
      const instant = now().getTime();
      // a clock that was put back counts too
      if (instant >= computed.from && instant < computed.to) return computed;
    }
    computed = compute(set, subject, maskKey, now().getTime(), computed);
    return computed;
  }

  function decideNow(parsed: ParsedStatement): Decision {
    const { decisions, table, set } = current();
    return decisions.of(parsed, () => decideStatement(parsed, table, subject, set.version));
  }

  return {
    get needsObjects() {
      return whileReadable(() => current().table.needsObjects, false);
    },
    get readOnly() {
      return whileReadable(() => isReadOnly(current().concerned), false);
    },
    countRuns: (statements, perMinute) => rates.take(rateKey, statements, perMinute),
    decide(parsed) {
      try {
        return decideNow(parsed);
      } catch (error) {
        if (isUnavailable(error)) return denyAsUnavailable(parsed);
        throw error;
      }
    },
    explain(parsed) {
      const { table, set } = current();
      return explainDecision(parsed, table, subject, set.version);
    },
    access: () => accessOf(current().active, subject),
    nextChange() {
      const { to } = current();
      return to === Infinity ? undefined : new Date(Math.min(to, now().getTime() + LONGEST_WAIT_MS));
    },
  };
}

function compute(
  set: PolicySet,
  subject: PolicySubject,
  maskKey: Buffer,
  from: number,
  last: Computation | undefined,
): Computation {
  const same = last?.set === set ? last : undefined;
  const concerned = same?.concerned ?? set.policies.filter((policy) => policy.concerns(subject));
  const active = concerned.filter((policy) => policy.when.holds(from));
  const to = Math.min(Infinity, ...concerned.map((policy) => policy.when.nextChange(from)));
  // an hour that changes nothing for this session keeps its decisions
  if (same !== undefined && isSameList(same.active, active)) return { ...same, from, to };
  return {
    set,
    concerned,
    active,
    table: createRuleTable(active, subject.database, maskKey),
    decisions: new Memo(),
    from,
    to,
  };
}

/** What a server lets a session do that it holds read-only, as far as a policy can speak of it. */
const readOnlyVerbs: ReadonlySet<Verb> = new Set([
  "read",
  "copy-out",
  "explain",
  "session",
  "transaction",
  "listen",
  "notify",
]);

function isReadOnly(concerned: readonly CompiledPolicy[]): boolean {
  if (!concerned.some((policy) => policy.needsObjects)) return false;
  return concerned.every(({ rules }) =>
    rules.every((rule) => rule.effect === "deny" || rule.verbs.every((verb) => readOnlyVerbs.has(verb))),
  );
}

function whileReadable(ask: () => boolean, otherwise: boolean): boolean {
  try {
    return ask();
  } catch (error) {
    if (isUnavailable(error)) return otherwise;
    throw error;
  }
}

function isUnavailable(error: unknown): boolean {
  return error instanceof GatewayError && error.code === "policy/unavailable";
}

function isSameList(a: readonly CompiledPolicy[], b: readonly CompiledPolicy[]): boolean {
  return a.length === b.length && a.every((policy, index) => policy === b[index]);
}

function accessOf(active: readonly CompiledPolicy[], subject: PolicySubject): Access {
  if (!active.some((policy) => policy.rules.some((rule) => rule.effect === "allow"))) {
    const where = subject.database === undefined ? subject.connection : `${subject.connection}/${subject.database}`;
    return {
      kind: "none",
      because: `No policy gives ${subject.principal.name} access to ${where} now.`,
    };
  }
  return {
    kind: "some",
    session: {
      maxMs: smallest(active.map((p) => p.maxMs)),
      idleMs: smallest(active.map((p) => p.idleMs)),
      sessions: smallest(
        active.flatMap(({ rules }) =>
          rules.map((rule) => (rule.effect === "allow" ? rule.limits.sessions : undefined)),
        ),
      ),
    },
  };
}

function smallest(limits: readonly (number | undefined)[]): number | undefined {
  const given = limits.filter((limit) => limit !== undefined);
  return given.length === 0 ? undefined : Math.min(...given);
}
