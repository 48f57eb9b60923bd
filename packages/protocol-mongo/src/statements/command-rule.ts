import type { StatementObject } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import type { RawDocument } from "../bson/raw-document.ts";
import type { DocumentSequence } from "../messages/op-msg.ts";
import type { Powers } from "./powers.ts";
import { words } from "./words.ts";

/** Where a command names what it works on: the collection in its first field or in another one, both parts in one text, or the database alone. */
export type Namespace =
  | "collection"
  /** A number stands for the whole database. */
  | "collection-or-number"
  | "in-collection-field"
  | "full-name"
  | "database";

/** A command as MongoDB's manual has it. What is not in a rule is not let through. */
export interface CommandRule {
  readonly name: string;
  /** Other spellings that servers take. */
  readonly aliases: readonly string[];
  readonly namespace: Namespace;
  /** Its own fields, besides those that every command may have; `any` where nothing that a field could add is more than what the verbs say. */
  readonly fields: ReadonlySet<string> | "any";
  /** Those of them that may come as document sequences. */
  readonly sequences: readonly string[];
  /** Those of them that hold nothing but data. In all others stages and operators are looked for, at any depth. */
  readonly data: readonly string[];
  /** What it does by itself; a text says why that cannot be known. */
  readonly verbs: (command: CommandParts) => readonly Verb[] | string;
  /** Collections that its own fields name, besides the one it works on; a text says why they cannot be known. */
  readonly names: (command: CommandParts) => readonly StatementObject[] | string;
}

/** A command as it came, and what its first field says of where it is to run. */
export interface CommandParts {
  readonly rule: CommandRule;
  readonly database: string;
  readonly body: RawDocument;
  readonly sequences: readonly DocumentSequence[];
}

/** A command that was read: what it names, and what in it has power of its own. */
export interface Command extends CommandParts {
  /** What it works on comes first. */
  readonly objects: readonly StatementObject[];
  readonly powers: Powers;
}

/** What a rule says beyond the ordinary. */
export type RuleDetails = Partial<Omit<CommandRule, "name" | "verbs" | "fields">>;

/** A command that always does the same. */
export function always(...verbs: readonly Verb[]): CommandRule["verbs"] {
  return () => verbs;
}

/** A rule for the table; `fields` with spaces between them. */
export function rule(name: string, verbs: CommandRule["verbs"], fields = "", details: RuleDetails = {}): CommandRule {
  return {
    name,
    verbs,
    fields: fields === "any" ? "any" : new Set(words(fields)),
    aliases: [],
    namespace: "database",
    sequences: [],
    data: [],
    names: () => [],
    ...details,
  };
}
