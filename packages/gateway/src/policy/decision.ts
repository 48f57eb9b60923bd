import type { Verb } from "@sallyport/shared/statement";

/** What policy says to one statement, and where it says so. */
export type Decision =
  | {
      readonly kind: "allow";
      /** The rule that allowed each verb, as `policy#number`. */
      readonly rules: readonly string[];
      readonly version: string;
    }
  | {
      readonly kind: "deny";
      /** What the refusal is to the client: against the rules, not understood, or no rules to be had. */
      readonly code: "policy/denied" | "policy/unreadable" | "policy/unavailable";
      /** The rule that denied, or undefined where no rule matched: default deny. */
      readonly rule: string | undefined;
      readonly verb: Verb;
      /** Written for the person who is refused. */
      readonly because: string;
      /** Of the documents it was decided by; `none` while they cannot be read. */
      readonly version: string;
    };
