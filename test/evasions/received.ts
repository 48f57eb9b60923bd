import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { WireMessage } from "../support/message-splitter.ts";

const SYNTAX_ERROR = "42601";

/** How every word of the gateway's own begins. */
const OURS = /^sallyport\b/;

/** What an error or a notice says. */
export interface Words {
  readonly code: string;
  readonly message: string;
  readonly detail: string;
}

/** The errors among these messages. */
export function errorsIn(messages: readonly WireMessage[]): readonly Words[] {
  return messages.filter(({ tag }) => tag === "E").map(wordsOf);
}

/** Whether this is the gateway's own no. */
export function isRefusal({ message }: Words): boolean {
  return OURS.test(message);
}

/** Whether nobody can read the text: what the server itself takes for no statement cannot do anything either. */
export function isUnreadable({ code }: Words): boolean {
  return code === SYNTAX_ERROR;
}

/** How many rows came, of a result or of COPY. */
export function rowsIn(messages: readonly WireMessage[]): number {
  return messages.filter(({ tag }) => tag === "D" || tag === "d").length;
}

/** The fields of a DataRow; undefined for NULL. */
export function fieldsOf({ body }: WireMessage): readonly (Buffer | undefined)[] {
  const reader = new ByteReader(body);
  return Array.from({ length: reader.int16() }, () => {
    const length = reader.int32();
    return length < 0 ? undefined : Buffer.from(reader.view(length));
  });
}

/**
 * What two runs of the same must have in common, a line each: rows, the names and types of columns, tags, data of COPY, and the codes of
 * errors and notices. Not the numbers of relations, which every temporary table gets anew.
 */
export function comparable(messages: readonly WireMessage[]): readonly string[] {
  return messages.flatMap(({ tag, body }) => {
    switch (tag) {
      case "T":
        return columnsOf(body).map((column) => `column ${column}`);
      case "D":
      case "d":
        return [`row ${body.toString("latin1")}`];
      case "C":
        return [`tag ${body.toString("latin1", 0, body.length - 1)}`];
      case "E":
      case "N":
        return [`${tag === "E" ? "error" : "notice"} ${wordsOf({ tag, body }).code}`];
      case "t":
      case "G":
      case "H":
      case "Z":
        return [`${tag} ${body.toString("hex")}`];
      default:
        return [tag];
    }
  });
}

/** `{ byte field, text\0 }* 0` */
function wordsOf({ body }: WireMessage): Words {
  const fields = new Map(
    body
      .toString("utf8")
      .split("\0")
      .map((field) => [field.slice(0, 1), field.slice(1)]),
  );
  return { code: fields.get("C") ?? "", message: fields.get("M") ?? "", detail: fields.get("D") ?? "" };
}

function columnsOf(body: Buffer): readonly string[] {
  const reader = new ByteReader(body);
  return Array.from({ length: reader.int16() }, () => {
    const name = reader.untilNul().toString("utf8");
    reader.skip(6);
    const [type, size, modifier, format] = [reader.int32(), reader.int16(), reader.int32(), reader.int16()];
    return `${name}: type ${type}, size ${size}, modifier ${modifier}, format ${format}`;
  });
}
