import type { Verb } from "@sallyport/shared/verb";

/** What is about no table: the session itself. What `EXPLAIN` explains has verbs of its own. */
export const objectlessVerbs: ReadonlySet<Verb> = new Set(["session", "transaction", "explain", "listen", "notify"]);
