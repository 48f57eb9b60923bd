import type { Verb } from "@sallyport/shared/statement";
import type { RawDocument } from "../bson/raw-document.ts";
import type { DocumentSequence } from "../messages/op-msg.ts";
import type { Powers } from "./find-powers.ts";

/** Where a command names what it works on: the collection in its first field or in another one, both parts in one text, or the database alone. */
export type Namespace = "collection" | "collection-if-text" | "in-collection-field" | "full-name" | "database";

/** A command as MongoDB's manual has it. What is not in a rule is not let through. */
export interface CommandRule {
  readonly name: string;
  /** Other spellings that servers take. */
  readonly aliases: readonly string[];
  readonly namespace: Namespace;
  /** Its own fields, besides those that every command may have; `any` where nothing that a field could add is more than what the verbs say. */
  readonly fields: readonly string[] | "any";
  /** Those of them that may come as document sequences. */
  readonly sequences: readonly string[];
  /** Those of them in which stages, operators and other collections may stand, at any depth. */
  readonly expressions: readonly string[];
  /** Everything it does; a text says why that cannot be known. */
  readonly verbs: (command: Command) => readonly Verb[] | string;
}

/** A command of which the envelope was read: who it is for, and what in it has power of its own. */
export interface Command {
  readonly rule: CommandRule;
  readonly database: string;
  /** Undefined where it is about the database, or the server. */
  readonly collection: string | undefined;
  readonly body: RawDocument;
  readonly sequences: readonly DocumentSequence[];
  /** What stands in its stages and operators. */
  readonly powers: Powers;
}

/** What a rule says beyond the ordinary. */
export type RuleDetails = Partial<Omit<CommandRule, "name" | "verbs" | "fields">>;

/** A command that always does the same. */
export function always(...verbs: readonly Verb[]): CommandRule["verbs"] {
  return () => verbs;
}

/** A rule for the table. */
export function rule(
  name: string,
  verbs: CommandRule["verbs"],
  fields: CommandRule["fields"] = [],
  details: RuleDetails = {},
): CommandRule {
  return { name, verbs, fields, aliases: [], namespace: "database", sequences: [], expressions: [], ...details };
}
