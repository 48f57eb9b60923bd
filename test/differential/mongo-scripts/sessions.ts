import { Long, UUID, type Document } from "bson";
import type { MongoStep } from "../../support/mongo-transcript.ts";
import { ask, type MongoScript } from "./script.ts";

const readOn =
  (more: Document = {}): MongoStep =>
  (cursor) => ({ body: { getMore: cursor, collection: "things", ...more, $db: "shop" } });

const lsid = { id: new UUID("018f3b5e-7d1a-4c3b-8f0e-1234567890ab") };
const inside = (txnNumber: number): Document => ({ lsid, txnNumber: Long.fromNumber(txnNumber), autocommit: false });
const endOf = (command: string, txnNumber: number): MongoStep =>
  ask({ [command]: 1, ...inside(txnNumber), $db: "admin" });

/** What lasts longer than one answer. */
export const sessionScripts: readonly MongoScript[] = [
  {
    name: "a cursor to its end",
    steps: [ask({ find: "things", batchSize: 7 }), readOn({ batchSize: 7 }), readOn({ batchSize: 7 }), readOn()],
  },
  {
    name: "an empty first batch",
    steps: [ask({ find: "things", batchSize: 0 }), readOn({ batchSize: 1 }), readOn({ batchSize: 100 })],
  },
  {
    name: "several cursors at once",
    steps: [
      ask({ find: "things", batchSize: 2 }),
      ask({ aggregate: "things", pipeline: [{ $match: { n: { $gt: 2 } } }], cursor: { batchSize: 3 } }),
      readOn({ batchSize: 2 }),
      ask({ find: "things", filter: { n: 1 } }),
      readOn({ batchSize: 50 }),
    ],
  },
  {
    name: "a cursor that is closed",
    steps: [
      ask({ find: "things", batchSize: 2 }),
      (cursor) => ({ body: { killCursors: "things", cursors: [cursor], $db: "shop" } }),
      readOn(),
      (cursor) => ({ body: { killCursors: "things", cursors: [cursor], $db: "shop" } }),
    ],
  },
  {
    name: "a cursor of another collection",
    needsAll: true,
    steps: [
      ask({ find: "things", batchSize: 2 }),
      (cursor) => ({ body: { getMore: cursor, collection: "others", $db: "shop" } }),
      readOn(),
    ],
  },
  {
    name: "sessions",
    steps: [ask({ find: "things", limit: 1, lsid }), ask({ find: "things", batchSize: 1, lsid }), readOn({ lsid })],
  },
  {
    name: "a transaction that is committed",
    needsAll: true,
    steps: [
      ask({ insert: "kept", documents: [{ _id: 1 }], ...inside(1), startTransaction: true }),
      ask({ find: "kept", ...inside(1) }),
      ask({ find: "kept" }),
      endOf("commitTransaction", 1),
      endOf("commitTransaction", 1),
      ask({ find: "kept" }),
      ask({ find: "kept", ...inside(1) }),
    ],
  },
  {
    name: "a transaction that is aborted",
    needsAll: true,
    steps: [
      ask({ delete: "things", deletes: [{ q: {}, limit: 0 }], ...inside(2), startTransaction: true }),
      ask({ count: "things" }),
      endOf("abortTransaction", 2),
      endOf("abortTransaction", 2),
      ask({ count: "things" }),
      endOf("commitTransaction", 3),
      ask({ endSessions: [lsid], $db: "admin" }),
    ],
  },
  {
    name: "a write that is sent again",
    needsAll: true,
    steps: [
      ask({
        update: "things",
        updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }],
        lsid,
        txnNumber: Long.fromNumber(9),
      }),
      ask({
        update: "things",
        updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }],
        lsid,
        txnNumber: Long.fromNumber(9),
      }),
      ask({ find: "things", filter: { _id: 1 } }),
    ],
  },
];
