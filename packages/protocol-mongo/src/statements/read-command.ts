import type { Verb } from "@sallyport/shared/statement";
import { elementsOf, firstElement, type Element } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { arrayOf, documentOf, stringOf, valueIn } from "../bson/read-value.ts";
import { documentsOf, type DocumentSequence } from "../messages/op-msg.ts";
import type { Command, CommandRule } from "./command-rule.ts";
import { refusalOf, ruleOf } from "./command-table.ts";
import { isKnownField } from "./envelope.ts";
import { findPowers } from "./find-powers.ts";

/** A command, or why it is none. `not-found` is what servers say of a name that they do not know. */
export type ReadCommand =
  | { readonly kind: "command"; readonly command: Command; readonly verbs: readonly Verb[] }
  | { readonly kind: "refused"; readonly why: "not-found" | "unreadable"; readonly because: string };

const MAX_NAME_BYTES = 64;

/** Reads a command whose documents were checked. `database` is its `$db`. */
export function readCommand(body: RawDocument, database: string, sequences: readonly DocumentSequence[]): ReadCommand {
  const first = firstElement(body);
  const name = first?.name ?? "";
  const refusal = refusalOf(name);
  if (refusal !== undefined) return unreadable(`The command ${shown(name)} is not relayed. ${refusal}`);
  const rule = ruleOf(name);
  if (first === undefined || rule === undefined) {
    return { kind: "refused", why: "not-found", because: `There is no command ${shown(name)} that the gateway knows.` };
  }
  const unknown = unknownField(rule, body, sequences);
  if (unknown !== undefined)
    return unreadable(`The command ${name} has no field ${shown(unknown)} that the gateway knows.`);
  const collection = collectionOf(rule, first, body);
  if (collection === WRONG) return unreadable(`The command ${name} does not say which collection it is for.`);
  const powers = findPowers(expressionsOf(rule, body, sequences), database);
  const command: Command = { rule, database, collection, body, sequences, powers };
  const explained = rule.name === "explain" ? explainedBy(first, database) : undefined;
  if (explained?.kind === "refused") return explained;
  const verbs = rule.verbs(command);
  if (typeof verbs === "string") return unreadable(verbs);
  if (explained === undefined) return { kind: "command", command, verbs };
  const { collection: inner, powers: innerPowers } = explained.command;
  return {
    kind: "command",
    command: { ...command, collection: inner, powers: innerPowers },
    verbs: [...new Set([...verbs, ...explained.verbs])],
  };
}

function unknownField(
  rule: CommandRule,
  body: RawDocument,
  sequences: readonly DocumentSequence[],
): string | undefined {
  for (const { name } of elementsOf(body)) if (!isKnownField(rule, name)) return name;
  return sequences.find(({ identifier }) => !rule.sequences.includes(identifier))?.identifier;
}

const WRONG = Symbol("wrong");

function collectionOf(rule: CommandRule, first: Element, body: RawDocument): string | undefined | typeof WRONG {
  switch (rule.namespace) {
    case "collection":
      return stringOf(first) ?? WRONG;
    // aggregations of a whole database have a number there
    case "collection-if-text":
      return stringOf(first);
    case "in-collection-field":
      return valueIn(body, "collection", stringOf) ?? WRONG;
    case "full-name": {
      const name = stringOf(first);
      return name === undefined || !name.includes(".") ? WRONG : name.slice(name.indexOf(".") + 1);
    }
    case "database":
      return undefined;
  }
}

function explainedBy(first: Element, database: string): ReadCommand {
  const inner = documentOf(first);
  if (inner === undefined || firstElement(inner)?.name === "explain") {
    return unreadable("The command explain does not say what it is to explain.");
  }
  const named = valueIn(inner, "$db", stringOf);
  if (named !== undefined && named !== database) return unreadable("The explained command is for another database.");
  return readCommand(inner, database, []);
}

function expressionsOf(
  { expressions }: CommandRule,
  body: RawDocument,
  sequences: readonly DocumentSequence[],
): readonly RawDocument[] {
  const inBody = expressions.flatMap(
    (field) => valueIn(body, field, (found) => documentOf(found) ?? arrayOf(found)) ?? [],
  );
  return [...inBody, ...sequences.filter(({ identifier }) => expressions.includes(identifier)).flatMap(documentsIn)];
}

function documentsIn(sequence: DocumentSequence): readonly RawDocument[] {
  return [...documentsOf(sequence, "protocol/malformed")];
}

function unreadable(because: string): ReadCommand {
  return { kind: "refused", why: "unreadable", because };
}

function shown(name: string): string {
  return JSON.stringify(name.length > MAX_NAME_BYTES ? `${name.slice(0, MAX_NAME_BYTES)}…` : name);
}
