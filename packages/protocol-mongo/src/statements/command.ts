import type { RawDocument } from "../bson/raw-document.ts";
import type { DocumentSequence } from "../messages/op-msg.ts";
import type { CommandRule } from "./command-rule.ts";
import type { Powers } from "./find-powers.ts";

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
