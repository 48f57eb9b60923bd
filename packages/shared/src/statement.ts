import type { Verb } from "./verb.ts";
import type { Lineage } from "./lineage/lineage.ts";

/** A table, collection, routine or other thing that a statement names, as far as that is plain to see. */
export interface StatementObject {
  /** What it is said to lie in; undefined where the statement leaves that to the session. */
  readonly database: string | undefined;
  readonly name: string;
}

/** A statement as read from its text: the same object for the same text, so that decisions can be cached by identity. */
export interface ParsedStatement {
  readonly text: string;
  /** Everything it does, at least one verb; policy must allow each of them. */
  readonly verbs: readonly Verb[];
  /** What it names. For the record; no rule rests on it. */
  readonly objects?: readonly StatementObject[];
  /** What it touches in its database, where a catalog was at hand; undefined: unknown. */
  readonly lineage?: Lineage;
  /** It changes how the server goes about queries, and by that in which order rows come that nobody has ordered. */
  readonly steersPlans?: true;
  /** Why the verbs hold `unknown`, in words for the client. */
  readonly unknownBecause?: string;
}

/** A value bound to a statement, as it goes into the recording. */
export interface Parameter {
  readonly format: "text" | "binary";
  /** undefined is NULL. */
  readonly value: Buffer | undefined;
}

/** One unit that policy decides and the recording keeps. Defining a statement and each running of it are decided separately. */
export interface Statement {
  readonly parsed: ParsedStatement;
  readonly stage: "define" | "run";
  readonly parameters: readonly Parameter[];
}

/** How a statement that was let through ended, as the server said. */
export interface Outcome {
  /** The permit it ran under. */
  readonly permit: string;
  readonly result: "completed" | "failed" | "suspended" | "skipped";
  /** The server's own tag or error code. */
  readonly code: string;
  readonly rows: number;
}
