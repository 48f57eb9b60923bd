import { EJSON, serialize, type Document } from "bson";
import { verbs as vocabulary } from "@sallyport/shared/verb";
import { checkDocument } from "../../bson/check-document.ts";
import { decodeOpMsg, type OpMsg } from "../../messages/op-msg.ts";
import { describeCommand, type DescribedCommand } from "../describe-command.ts";
import { readCommand, type ReadCommand } from "../read-command.ts";

const OP_MSG = 2013;
const HEADER_BYTES = 16;

const parse: (text: string) => Document = EJSON.parse;

/** A command with its document sequences as one message, whose documents were checked. */
export function messageOf(command: Document, sequences: Readonly<Record<string, readonly Document[]>> = {}): OpMsg {
  const parts = [Buffer.alloc(HEADER_BYTES + 4), Buffer.of(0), serialize(command, { ignoreUndefined: true })];
  for (const [identifier, documents] of Object.entries(sequences)) {
    const content = Buffer.concat([Buffer.from(`${identifier}\0`), ...documents.map((each) => serialize(each))]);
    const length = Buffer.alloc(4);
    length.writeInt32LE(content.length + 4);
    parts.push(Buffer.of(1), length, content);
  }
  const bytes = Buffer.concat(parts);
  bytes.writeInt32LE(bytes.length, 0);
  bytes.writeInt32LE(1, 4);
  bytes.writeInt32LE(OP_MSG, 12);
  const message = decodeOpMsg(bytes, 0, bytes.length, "protocol/malformed");
  checkDocument(bytes, message.body.start, message.sectionsEnd);
  return message;
}

/** What is made of a command in the database `shop`. */
export function read(command: Document, sequences?: Readonly<Record<string, readonly Document[]>>): ReadCommand {
  const { $db = "shop" } = command;
  const message = messageOf({ ...command, $db: undefined }, sequences);
  return readCommand(message.body, String($db), message.sequences);
}

/** The verbs of a command in Extended JSON, in the vocabulary's order; or `unknown`, or `not-found`. */
export function verbsOfText(text: string): string {
  return verbsOfCommand(parse(text));
}

/** As `verbsOfText`. */
export function verbsOfCommand(command: Document, sequences?: Readonly<Record<string, readonly Document[]>>): string {
  const result = read(command, sequences);
  if (result.kind === "refused") return result.why === "not-found" ? "not-found" : "unknown";
  return vocabulary.filter((verb) => result.verbs.includes(verb)).join(" ");
}

/** How a command that can be read stands in the record. */
export function described(
  command: Document,
  sequences?: Readonly<Record<string, readonly Document[]>>,
): DescribedCommand {
  const result = read(command, sequences);
  if (result.kind === "refused") throw new Error(result.because);
  return describeCommand(result.command, result.verbs);
}
