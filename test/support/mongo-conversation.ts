import { Decimal128, Double, Int32, Long, ObjectId, type Document } from "bson";
import fc from "fast-check";
import { msgFlag } from "./mongo-sections.ts";
import type { MongoStep } from "./mongo-transcript.ts";

/** What each server stores and gives back. */
const plainValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer().map((value) => new Int32(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => new Double(value === 0 ? 0 : value)),
  fc.string({ unit: "grapheme", maxLength: 12 }).map((text) => text.replaceAll("\0", "")),
  fc.boolean(),
  fc.constant(null),
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date("2100-01-01") }),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((bytes) => new ObjectId(bytes)),
);

/** FerretDB ends the connection on these. */
const rareValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer().map((value) => Decimal128.fromString(`${value}.5`)),
  fc.constant(new Double(Number.NaN)),
  fc.constant(new Double(-0)),
);

const field = fc.constantFrom("a", "b", "c");
const collection = fc.constantFrom("one", "two");
const id = fc.integer({ min: 0, max: 9 });

/**
 * Any commands on a small field, many of which fail. Not every server knows all of MongoDB: FerretDB neither stores every value nor
 * reads checksums.
 */
export function conversations(knowsAll: boolean): fc.Arbitrary<readonly MongoStep[]> {
  const value = knowsAll ? fc.oneof({ weight: 5, arbitrary: plainValue }, rareValue) : plainValue;
  const step = commands(value);
  const sent = knowsAll
    ? fc.tuple(step, fc.boolean()).map(([one, isSummed]) => (isSummed ? withChecksum(one) : one))
    : step;
  return fc.array(sent, { minLength: 1, maxLength: 12 });
}

function commands(value: fc.Arbitrary<unknown>): fc.Arbitrary<MongoStep> {
  const fields: fc.Arbitrary<Document> = fc.dictionary(field, value, { maxKeys: 3, noNullPrototype: true });
  const document = fc.tuple(id, fields, fields).map(([_id, outer, nested]): Document => ({ _id, ...outer, nested }));
  const filter: fc.Arbitrary<Document> = fc.oneof(
    fc.constant({}),
    id.map((_id) => ({ _id })),
    fc.tuple(field, value).map(([name, wanted]) => ({ [name]: wanted })),
    fc.constant({ _id: { $gte: 5 } }),
    fc.constant({ a: { $noSuchOperator: 1 } }),
  );
  const change: fc.Arbitrary<Document> = fc.oneof(
    fc.tuple(field, value).map(([name, to]) => ({ $set: { [name]: to } })),
    field.map((name) => ({ $unset: { [name]: "" } })),
  );
  const documents = fc.array(document, { minLength: 1, maxLength: 4 });
  const batch = fc.integer({ min: 0, max: 3 });
  return fc.oneof(
    fc
      .tuple(collection, documents, fc.boolean())
      .map(([insert, list, ordered]) => ask({ insert, documents: list, ordered })),
    fc.tuple(collection, documents).map(([insert, list]) => ask({ insert }, { documents: list })),
    fc
      .tuple(collection, filter, batch)
      .map(([find, wanted, batchSize]) => ask({ find, filter: wanted, sort: { _id: 1 }, batchSize })),
    fc
      .tuple(collection, filter, change, fc.boolean())
      .map(([update, q, u, multi]) => ask({ update, updates: [{ q, u, multi }] })),
    fc.tuple(collection, filter).map(([from, q]) => ask({ delete: from }, { deletes: [{ q, limit: 0 }] })),
    fc.tuple(collection, filter).map(([count, query]) => ask({ count, query })),
    fc.tuple(collection, field).map(([distinct, key]) => ask({ distinct, key })),
    collection.map((drop) => ask({ drop })),
    fc.tuple(collection, batch).map(([name, batchSize]) => readOn(name, batchSize)),
    collection.map((name) => closing(name)),
    fc.constantFrom(ask({ ping: 1 }), ask({ surprise: 1 })),
  );
}

function ask(body: Document, sequences: Readonly<Record<string, readonly Document[]>> = {}): MongoStep {
  return () => ({ body: { ...body, $db: "shop" }, sequences });
}

function readOn(collectionName: string, batchSize: number): MongoStep {
  return (cursor) => ({ body: { getMore: cursor, collection: collectionName, batchSize, $db: "shop" } });
}

function closing(collectionName: string): MongoStep {
  return (cursor) => ({ body: { killCursors: collectionName, cursors: [cursor], $db: "shop" } });
}

function withChecksum(step: MongoStep): MongoStep {
  return (cursor) => ({ ...step(cursor), flags: msgFlag.checksum });
}
