import { Decimal128, Double, Int32, Long, ObjectId, type Document } from "bson";
import fc from "fast-check";
import { msgFlag } from "./mongo-sections.ts";
import type { MongoStep } from "./mongo-transcript.ts";

/** What each server stores and gives back. */
const scalars: Readonly<Record<"plain" | "rare", fc.Arbitrary<unknown>>> = {
  plain: fc.oneof(
    fc.integer().map((value) => new Int32(value)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => new Double(value)),
    fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replaceAll("\0", "")),
    fc.boolean(),
    fc.constant(null),
    fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }),
    fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
  ),
  rare: fc.oneof(
    fc.integer().map((value) => Decimal128.fromString(`${value}.5`)),
    fc.constant(new Double(Number.NaN)),
    fc.constant(new Double(-0)),
  ),
};

const field = fc.constantFrom("a", "b", "c");
const collection = fc.constantFrom("one", "two");

/** Conversations that a kind of server can hold; FerretDB ends the connection on rare values and knows fewer commands. */
export function conversations(knowsAll: boolean): fc.Arbitrary<readonly MongoStep[]> {
  const value = knowsAll ? fc.oneof({ weight: 5, arbitrary: scalars.plain }, scalars.rare) : scalars.plain;
  const flat: fc.Arbitrary<Document> = fc.dictionary(field, value, { maxKeys: 3, noNullPrototype: true });
  const document: fc.Arbitrary<Document> = fc
    .tuple(fc.integer({ min: 0, max: 9 }), flat, flat)
    .map(([_id, fields, nested]) => ({ _id, ...fields, nested }));
  const filter: fc.Arbitrary<Document> = fc.oneof(
    fc.constant({}),
    fc.integer({ min: 0, max: 9 }).map((_id) => ({ _id })),
    fc.tuple(field, value).map(([name, wanted]) => ({ [name]: wanted })),
    fc.constant({ _id: { $gte: 5 } }),
    fc.constant({ a: { $noSuchOperator: 1 } }),
  );
  const change: fc.Arbitrary<Document> = fc.oneof(
    fc.tuple(field, value).map(([name, to]) => ({ $set: { [name]: to } })),
    field.map((name) => ({ $unset: { [name]: "" } })),
  );
  const documents = fc.array(document, { minLength: 1, maxLength: 4 });
  const at = (command: string): fc.Arbitrary<Document> => collection.map((name) => ({ [command]: name }));

  const step: fc.Arbitrary<MongoStep> = fc.oneof(
    fc
      .tuple(at("insert"), documents, fc.boolean(), fc.boolean())
      .map(([command, list, ordered, asSequence]) =>
        asSequence
          ? plain({ ...command, ordered }, { documents: list })
          : plain({ ...command, documents: list, ordered }),
      ),
    fc
      .tuple(at("find"), filter, fc.integer({ min: 0, max: 3 }))
      .map(([command, wanted, batchSize]) => plain({ ...command, filter: wanted, sort: { _id: 1 }, batchSize })),
    fc
      .tuple(at("update"), filter, change, fc.boolean())
      .map(([command, q, u, multi]) => plain({ ...command, updates: [{ q, u, multi }] })),
    fc.tuple(at("delete"), filter).map(([command, q]) => plain(command, { deletes: [{ q, limit: 0 }] })),
    fc.tuple(at("count"), filter).map(([command, query]) => plain({ ...command, query })),
    fc.tuple(at("distinct"), field).map(([command, key]) => plain({ ...command, key })),
    at("drop").map((command) => plain(command)),
    fc.tuple(collection, fc.integer({ min: 1, max: 3 })).map(([name, batchSize]): MongoStep => (cursor) => ({
      body: { getMore: cursor, collection: name, batchSize, $db: "shop" },
    })),
    collection.map((name): MongoStep => (cursor) => ({ body: { killCursors: name, cursors: [cursor], $db: "shop" } })),
    fc.constant(plain({ ping: 1 })),
    fc.constant(plain({ surprise: 1 })),
  );
  const summed = knowsAll
    ? fc.tuple(step, fc.boolean()).map(([one, isSummed]): MongoStep => (isSummed ? withChecksum(one) : one))
    : step;
  return fc.array(summed, { minLength: 1, maxLength: 12 });
}

function plain(body: Document, sequences: Readonly<Record<string, readonly Document[]>> = {}): MongoStep {
  return () => ({ body: { ...body, $db: "shop" }, sequences });
}

function withChecksum(step: MongoStep): MongoStep {
  return (cursor) => ({ ...step(cursor), flags: msgFlag.checksum });
}
