import { Double, Int32, Long } from "bson";
import { msgFlag } from "../../support/mongo-sections.ts";
import { ask, things, type MongoScript } from "./script.ts";

const more = things.map((thing) => ({ ...thing, _id: `more ${thing["n"]}` }));

/** One request, one answer. */
export const commandScripts: readonly MongoScript[] = [
  {
    name: "reads",
    steps: [
      ask({ find: "things" }),
      ask({ find: "things", filter: { n: { $gte: 5 } }, sort: { n: -1 }, skip: 2, limit: 3, projection: { n: 1 } }),
      ask({ find: "things", filter: { name: { $regex: "^thing 1" } }, singleBatch: true, comment: "names" }),
      ask({ find: "nothing" }),
      ask({ count: "things", query: { n: { $lt: 5 } } }),
      ask({ distinct: "things", key: "tags" }),
      ask({ aggregate: "things", pipeline: [{ $match: { n: 3 } }, { $count: "n" }], cursor: {} }),
      ask({
        aggregate: "things",
        pipeline: [{ $group: { _id: "$tags", n: { $sum: 1 } } }, { $sort: { n: 1 } }],
        cursor: {},
      }),
      ask({ listCollections: 1, nameOnly: true, cursor: {} }),
      ask({ listIndexes: "things", cursor: {} }),
      ask({ ping: 1 }),
      ask({ ping: new Double(1) }),
      ask({ ping: new Int32(1), $readPreference: { mode: "primary" } }),
    ],
  },
  {
    name: "writes",
    steps: [
      ask({ insert: "written", documents: [{ _id: 1 }, { _id: 2, x: [1, "b", null] }], ordered: false }),
      ask({ insert: "written" }, { sequences: { documents: more } }),
      ask({ insert: "written" }, { sequences: { documents: [{ _id: "first" }] }, bodyLast: true }),
      ask({ update: "written", updates: [{ q: { _id: 1 }, u: { $set: { y: Long.MAX_VALUE } } }] }),
      ask(
        { update: "written" },
        { sequences: { updates: [{ q: { n: { $gt: 3 } }, u: { $inc: { n: 1 } }, multi: true }] } },
      ),
      ask({ update: "written", updates: [{ q: { _id: "new" }, u: { $set: { n: 1 } }, upsert: true }] }),
      ask({ findAndModify: "written", query: { _id: 2 }, update: { $set: { x: 7 } }, new: true }),
      ask({ findAndModify: "written", query: { _id: 2 }, remove: true }),
      ask({ delete: "written", deletes: [{ q: { n: { $lt: 5 } }, limit: 0 }] }),
      ask(
        { delete: "written" },
        {
          sequences: {
            deletes: [
              { q: { _id: "new" }, limit: 1 },
              { q: { _id: 1 }, limit: 1 },
            ],
          },
        },
      ),
      ask({ find: "written", sort: { _id: 1 } }),
    ],
  },
  {
    name: "collections and indexes",
    steps: [
      ask({ create: "made" }),
      ask({ createIndexes: "made", indexes: [{ key: { n: 1 }, name: "by_n", unique: true }] }),
      ask({ insert: "made", documents: [{ _id: 1, n: 1 }] }),
      ask({ listIndexes: "made", cursor: {} }),
      ask({ dropIndexes: "made", index: "by_n" }),
      ask({ renameCollection: "shop.made", to: "shop.other", $db: "admin" }),
      ask({ drop: "other" }),
      ask({ drop: "other" }),
    ],
  },
  {
    name: "errors of the server's",
    steps: [
      ask({ insert: "things", documents: [{ _id: 0 }] }),
      ask({ insert: "things", documents: [{ _id: 50 }, { _id: 0 }, { _id: 51 }] }),
      ask({ insert: "things", ordered: false }, { sequences: { documents: [{ _id: 0 }, { _id: 52 }, { _id: 1 }] } }),
      ask({ find: "things", filter: { n: { $noSuchOperator: 1 } } }),
      ask({ find: "things", filter: 7 }),
      ask({ update: "things", updates: [{ q: {}, u: { $noSuchOperator: { a: 1 } } }] }),
      ask({ drop: "nothing" }),
      ask({ create: "things" }),
      ask({ getMore: Long.fromNumber(77), collection: "things" }),
      ask({ killCursors: "things", cursors: [] }),
      ask({ count: "things" }),
    ],
  },
  {
    name: "requests that want no answer",
    // FerretDB answers them all the same
    needsAll: true,
    steps: [
      ask({ insert: "silent", documents: [{ _id: 1 }], writeConcern: { w: 0 } }, { flags: msgFlag.moreToCome }),
      ask({ insert: "silent", documents: [{ _id: 1 }], writeConcern: { w: 0 } }, { flags: msgFlag.moreToCome }),
      ask(
        { delete: "things", writeConcern: { w: 0 } },
        {
          flags: msgFlag.moreToCome,
          sequences: { deletes: [{ q: {}, limit: 0 }] },
        },
      ),
      ask({ find: "silent" }),
      ask({ count: "things" }),
    ],
  },
  {
    name: "several namespaces in one command",
    needsAll: true,
    steps: [
      ask(
        { bulkWrite: 1, $db: "admin" },
        {
          sequences: {
            ops: [
              { insert: 0, document: { _id: 1 } },
              { insert: 1, document: { _id: 2 } },
              { update: 0, filter: { _id: 1 }, updateMods: { $set: { x: 1 } } },
              { delete: 1, filter: {} },
            ],
            nsInfo: [{ ns: "shop.one" }, { ns: "shop.two" }],
          },
        },
      ),
      ask({ find: "one" }),
      ask({ find: "two" }),
    ],
  },
  {
    name: "checksums",
    needsAll: true,
    steps: [
      ask({ ping: 1 }, { flags: msgFlag.checksum }),
      ask({ find: "things", batchSize: 3 }, { flags: msgFlag.checksum }),
      (cursor) => ({ body: { getMore: cursor, collection: "things", $db: "shop" }, flags: msgFlag.checksum }),
      ask({ insert: "summed" }, { flags: msgFlag.checksum, sequences: { documents: more } }),
      ask({ count: "summed" }, { flags: msgFlag.checksum }),
    ],
  },
];
