import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import type { Verb } from "@sallyport/shared/verb";

/** What policy says to one statement, and where it says so. */
export type Decision =
  | {
      readonly kind: "allow";
      /** The rules that allowed each verb, as `policy#number`. */
      readonly rules: readonly string[];
      readonly version: string;
      /** What becomes of its result; undefined: it passes as it comes. */
      readonly plan: ResultPlan | undefined;
      /** The names of the columns of its result that are masked. */
      readonly masked: readonly string[];
      /** How often its like may run; undefined: as often as it comes. */
      readonly statementsPerMinute: number | undefined;
    }
  | Denial;

/** That a statement does not pass, and why. */
export interface Denial {
  readonly kind: "deny";
  /** What the refusal is to the client: against the rules, not understood, no rules to be had, or too often. */
  readonly code: "policy/denied" | "policy/unreadable" | "policy/unavailable" | "session/limit";
  /** The rule that denied, or undefined where no rule matched: default deny. */
  readonly rule: string | undefined;
  readonly verb: Verb;
  /** Written for the person who is refused. */
  readonly because: string;
  /** Of the documents it was decided by; `none` while they cannot be read. */
  readonly version: string;
}
