import { deserialize, Long, serialize } from "bson";

/** A document as JavaScript has it: small numbers are numbers, everything else has a class of `bson`. */
export type BsonDocument = Readonly<Record<string, unknown>>;

/** Reads a document. Of doubled fields the last one counts here; the server keeps stored documents as the bytes that came. */
export function decode(bytes: Uint8Array): Record<string, unknown> {
  return deserialize(bytes, { promoteBuffers: false });
}

/** Reads a document so that writing it gives the same bytes: every number keeps its type. */
export function decodeExactly(bytes: Uint8Array): BsonDocument {
  return deserialize(bytes, { promoteValues: false, bsonRegExp: true });
}

/** Writes a document. */
export function encode(document: BsonDocument): Buffer {
  return Buffer.from(serialize(document, { ignoreUndefined: true }));
}

/** Whether a value is a plain document, not one of the classes of BSON. */
export function isDocument(value: unknown): value is BsonDocument {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A field that is a text, or undefined. */
export function textOf(document: BsonDocument, name: string): string | undefined {
  const value = document[name];
  return typeof value === "string" ? value : undefined;
}

/** A field that is a number of any type, or undefined. */
export function numberOf(document: BsonDocument, name: string): number | undefined {
  const value = document[name];
  if (typeof value === "number") return value;
  return Long.isLong(value) ? value.toNumber() : undefined;
}

/** A field that is a document; where it is missing or something else, an empty one. */
export function documentOf(document: BsonDocument, name: string): BsonDocument {
  const value = document[name];
  return isDocument(value) ? value : {};
}

/** The documents in a field that is a list. */
export function documentsOf(document: BsonDocument, name: string): readonly BsonDocument[] {
  const value = document[name];
  return Array.isArray(value) ? value.filter((item) => isDocument(item)) : [];
}

/** A value behind a dotted path; undefined where there is none, or an array is on the way. */
export function valueAt(document: BsonDocument, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => (isDocument(value) ? value[name] : undefined), document);
}

/** A text that is the same for equal values of one type, for looking values up. */
export function keyOf(value: unknown): string {
  return Buffer.from(serialize({ value })).toString("latin1");
}
