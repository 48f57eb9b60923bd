import type { StatementObject } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { elementsOf, find, firstElement, type Element } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { documentOf, stringOf, valueIn } from "../bson/read-value.ts";
import type { DocumentSequence } from "../messages/op-msg.ts";
import { ownObject } from "./own-object.ts";
import type { Command, CommandParts } from "./command-rule.ts";
import { refusalOf, ruleOf } from "./command-table.ts";
import { verbsOf } from "./command-verbs.ts";
import { explainable } from "./commands/explain-command.ts";
import { isKnownField } from "./envelope.ts";
import { findPowers } from "./find-powers.ts";

/** A command, or why it is none, with as much of it as was read. `not-found` is what servers say of a name that they do not know. */
export type ReadCommand =
  | { readonly kind: "command"; readonly command: Command; readonly verbs: readonly Verb[] }
  | {
      readonly kind: "refused";
      readonly why: "not-found" | "unreadable";
      readonly because: string;
      readonly parts: CommandParts | undefined;
    };

const MAX_NAME_BYTES = 64;

/** Reads a command whose documents were checked. `database` is its `$db`. */
export function readCommand(body: RawDocument, database: string, sequences: readonly DocumentSequence[]): ReadCommand {
  const first = firstElement(body);
  const name = first?.name ?? "";
  const refusal = refusalOf(name);
  if (refusal !== undefined) return unreadable(undefined, `The command ${shown(name)} is not relayed. ${refusal}`);
  const rule = ruleOf(name);
  if (first === undefined || rule === undefined) {
    const because = `There is no command ${shown(name)} that the gateway knows.`;
    return { kind: "refused", why: "not-found", because, parts: undefined };
  }
  const parts: CommandParts = { rule, database, body, sequences };
  const unknown = unknownField(parts);
  if (unknown !== undefined) {
    return unreadable(parts, `The command ${name} has no field ${shown(unknown)} that the gateway knows.`);
  }
  return rule.name === "explain" ? readExplained(parts, first) : readPlain(parts, first);
}

function readPlain(parts: CommandParts, first: Element): ReadCommand {
  const own = ownObject(parts, first);
  const named = parts.rule.names(parts);
  if (typeof own === "string") return unreadable(parts, own);
  if (typeof named === "string") return unreadable(parts, named);
  const powers = findPowers(parts);
  if (powers.unread !== undefined)
    return unreadable(parts, `What ${shown(powers.unread)} does there, the gateway does not know.`);
  const objects: readonly StatementObject[] = [...(own === undefined ? [] : [own]), ...named, ...powers.objects];
  const command: Command = { ...parts, objects, powers };
  const verbs = verbsOf(command);
  return typeof verbs === "string" ? unreadable(parts, verbs) : { kind: "command", command, verbs };
}

/** The server runs most of what it explains, so all that the explained command does is judged with it. */
function readExplained(parts: CommandParts, first: Element): ReadCommand {
  const { database } = parts;
  const inner = documentOf(first);
  const name = inner === undefined ? undefined : firstElement(inner)?.name;
  if (inner === undefined || name === undefined || !explainable.has(ruleOf(name)?.name ?? "")) {
    return unreadable(parts, "The command explain does not say what it is to explain.");
  }
  if (find(inner, "$db") !== undefined && valueIn(inner, "$db", stringOf) !== database) {
    return unreadable(parts, "The explained command is for another database.");
  }
  // the session is the one of the whole
  if (find(inner, "lsid") !== undefined) return unreadable(parts, "The explained command has a session of its own.");
  const explained = readCommand(inner, database, []);
  if (explained.kind === "refused") return { ...explained, parts };
  const { objects, powers } = explained.command;
  const command: Command = { ...parts, objects, powers };
  const outer = verbsOf(command);
  if (typeof outer === "string") return unreadable(parts, outer);
  return { kind: "command", command, verbs: [...new Set([...outer, ...explained.verbs])] };
}

function unknownField({ rule, body, sequences }: CommandParts): string | undefined {
  let isFirst = true;
  for (const { name } of elementsOf(body)) {
    if (!isFirst && !isKnownField(rule, name)) return name;
    isFirst = false;
  }
  return sequences.find(({ identifier }) => !rule.sequences.includes(identifier))?.identifier;
}

function unreadable(parts: CommandParts | undefined, because: string): ReadCommand {
  return { kind: "refused", why: "unreadable", because, parts };
}

function shown(name: string): string {
  return JSON.stringify(name.length > MAX_NAME_BYTES ? `${name.slice(0, MAX_NAME_BYTES)}…` : name);
}
