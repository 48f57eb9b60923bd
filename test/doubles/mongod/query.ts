import { aggregate, Query } from "mingo";
import { decode, decodeExactly, encode, isDocument, type BsonDocument } from "./bson-document.ts";
import { withFunctions } from "./javascript.ts";

/** What a stage may ask of the world around it. */
export interface QuerySurroundings {
  /** The documents of a collection of the same database, views carried out. */
  readonly documentsOf: (collection: string) => readonly Buffer[];
  readonly variables?: BsonDocument;
}

/** The documents that match, as the bytes that are stored. */
export function matching(
  documents: readonly Buffer[],
  filter: BsonDocument,
  variables: BsonDocument = {},
): readonly Buffer[] {
  if (Object.keys(filter).length === 0) return documents;
  const query = queryOf(filter, variables);
  return documents.filter((bytes) => query.test(decode(bytes)));
}

/** A compiled filter. */
export function queryOf(filter: BsonDocument, variables: BsonDocument = {}): Query {
  return new Query({ ...asObject(withFunctions(filter)) }, { variables: { ...variables } });
}

/**
 * Runs stages over documents. What comes out unchanged are the stored bytes; what was computed is written anew, where whole numbers lose
 * which type they had.
 */
export function runStages(
  documents: readonly Buffer[],
  stages: readonly BsonDocument[],
  { documentsOf, variables = {} }: QuerySurroundings,
): readonly Buffer[] {
  const stored = new Map<object, Buffer>();
  const copies = documents.map((bytes) => {
    const copy = decode(bytes);
    stored.set(copy, bytes);
    return copy;
  });
  const pipeline = stages.map((stage) => asObject(withFunctions(stage)));
  const results = aggregate(copies, pipeline, {
    variables: { ...variables },
    collectionResolver: (name) => documentsOf(name).map((bytes) => decode(bytes)),
  });
  const keeps = stages.every((stage) => ["$match", "$sort", "$skip", "$limit"].includes(Object.keys(stage)[0] ?? ""));
  return results.map((result) => (keeps ? stored.get(result) : undefined) ?? encode(result));
}

/** What the server makes of `projection`: in a pipeline it is the same stage, but for positional and slicing operators. */
export function projectionStages(projection: BsonDocument): readonly BsonDocument[] {
  return Object.keys(projection).length === 0 ? [] : [{ $project: projection }];
}

/**
 * A changed document with the types of its former self: a number that was not touched stays what it was, though JavaScript
 * does not tell 5 from 5.0.
 */
export function encodeChanged(changed: BsonDocument, former: Buffer): Buffer {
  return encode(asObject(retyped(changed, decode(former), decodeExactly(former))));
}

function retyped(value: unknown, former: unknown, exact: unknown): unknown {
  if (isDocument(value) && isDocument(former) && isDocument(exact)) {
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, retyped(inner, former[name], exact[name])]),
    );
  }
  if (Array.isArray(value) && Array.isArray(former) && Array.isArray(exact)) {
    return value.map((inner, index) => retyped(inner, former[index], exact[index]));
  }
  return typeof value === "number" && value === former ? exact : value;
}

function asObject(value: unknown): Record<string, unknown> {
  return isDocument(value) ? { ...value } : {};
}
