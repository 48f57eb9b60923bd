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
      /** The rule that denied, or undefined where no rule matched: default deny. */
      readonly rule: string | undefined;
      readonly verb: Verb;
      /** Written for the person who is refused. */
      readonly because: string;
      readonly version: string;
    };
