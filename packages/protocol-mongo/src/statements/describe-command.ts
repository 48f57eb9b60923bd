import type { Parameter, ParsedStatement, StatementObject, Verb } from "@sallyport/shared/statement";
import type { Element } from "../bson/elements.ts";
import { documentsOf } from "../messages/op-msg.ts";
import type { Command } from "./command-rule.ts";
import { describeDocument } from "./describe-document.ts";
import { leftOutOfRecord } from "./envelope.ts";

/** A list of documents that takes more bytes stands in the record as a value, which is cut there, and not in the text. */
const LONG_BYTES = 64 * 1024;
const SECRET = '"[secret]"';

/** A command in the form in which it is decided and recorded. */
export interface DescribedCommand {
  readonly parsed: ParsedStatement;
  readonly parameters: readonly Parameter[];
}

/** Words a command for the record: what the client sent, without what is no part of the statement. */
export function describeCommand(command: Command, verbs: readonly Verb[]): DescribedCommand {
  const parameters: Parameter[] = [];
  const moved = (name: string, bytes: Buffer): string => {
    parameters.push({ format: "binary", value: Buffer.from(bytes) });
    return `"[${bytes.length} bytes of ${name}]"`;
  };
  const body = describeDocument(command.body, {
    leaveOut: (name) => leftOutOfRecord.has(name),
    instead: (element) => insteadOf(command, element, moved),
  });
  const lists = command.sequences.map((sequence) => {
    const { identifier, bytes, start, end } = sequence;
    const isLong = end - start > LONG_BYTES;
    const list = isLong
      ? moved(identifier, bytes.subarray(start, end))
      : `[${[...documentsOf(sequence, "protocol/malformed")].map((each) => describeDocument(each)).join(",")}]`;
    return `,${JSON.stringify(identifier)}:${list}`;
  });
  const text = `${body.slice(0, -1)}${lists.join("")}}`;
  return { parsed: { text, verbs, objects: objectsOf(command) }, parameters };
}

function insteadOf(
  { rule }: Command,
  { name, document, valueStart, valueEnd }: Element,
  moved: (name: string, bytes: Buffer) => string,
): string | undefined {
  // of createUser and updateUser
  if (name === "pwd") return SECRET;
  const isList = rule.sequences.includes(name);
  return isList && valueEnd - valueStart > LONG_BYTES
    ? moved(name, document.bytes.subarray(valueStart, valueEnd))
    : undefined;
}

function objectsOf({ database, collection, powers }: Command): readonly StatementObject[] {
  const own = collection === undefined ? [] : [{ database, name: collection }];
  return [...own, ...powers.objects];
}
