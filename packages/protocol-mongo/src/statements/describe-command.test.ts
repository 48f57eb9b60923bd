import { Binary, Code, Decimal128, Double, Long, MaxKey, MinKey, ObjectId, Timestamp, type Document } from "bson";
import { describe, expect, it } from "vitest";
import { described } from "./testing/read-with.ts";

const LONG = "x".repeat(70_000);

function textOf(command: Document, sequences?: Readonly<Record<string, readonly Document[]>>): string {
  return described(command, sequences).parsed.text;
}

describe("the text of a command", () => {
  it.each<[string, unknown, string]>([
    ["a string", 'a"b\n', String.raw`"a\"b\n"`],
    ["an int32", 7, "7"],
    ["an int64", Long.fromString("9007199254740993"), "9007199254740993"],
    ["a double", 1.5, "1.5"],
    ["a whole double", new Double(2), "2.0"],
    ["no number", Number.NaN, '{"$numberDouble":"NaN"}'],
    ["true", true, "true"],
    ["null", null, "null"],
    ["a document", { a: { b: [1, "x"] } }, '{"a":{"b":[1,"x"]}}'],
    ["a date", new Date(0), '{"$date":"1970-01-01T00:00:00.000Z"}'],
    ["an id", new ObjectId("6b00e50e9910b021d0000000"), '{"$oid":"6b00e50e9910b021d0000000"}'],
    ["a binary", new Binary(Buffer.of(0, 1, 2), 4), '{"$binary":{"base64":"AAEC","subType":"04"}}'],
    ["a regex", /^a/i, '{"$regularExpression":{"pattern":"^a","options":"i"}}'],
    ["code", new Code("f()"), '{"$code":"f()"}'],
    ["the least key", new MinKey(), '{"$minKey":1}'],
    ["the greatest key", new MaxKey(), '{"$maxKey":1}'],
    ["a timestamp", new Timestamp({ t: 5, i: 6 }), '{"$timestamp":{"t":5,"i":6}}'],
    ["a decimal", new Decimal128("1"), '{"$bytes":"01000000000000000000000000004030","$type":19}'],
  ])("shows %s", (_what, value, shown) => {
    expect(textOf({ find: "t", filter: { a: value } })).toBe(`{"find":"t","filter":{"a":${shown}}}`);
  });

  it("leaves out what belongs to the conversation and changes with every command", () => {
    const lsid = { id: new Binary(Buffer.alloc(16), 4) };
    const more = { lsid, txnNumber: Long.fromNumber(1), $readPreference: { mode: "nearest" }, comment: "page 1" };
    expect(textOf({ find: "t", ...more, limit: 1 })).toBe('{"find":"t","comment":"page 1","limit":1}');
  });

  it("says of document sequences what they hold", () => {
    expect(textOf({ insert: "t" }, { documents: [{ a: 1 }, { a: 2 }] })).toBe(
      '{"insert":"t","documents":[{"a":1},{"a":2}]}',
    );
  });

  it.each([
    [{ createUser: "u", pwd: "s3cret", roles: [] }, '{"createUser":"u","pwd":"[secret]","roles":[]}'],
    [{ updateUser: "u", pwd: "s3cret".repeat(20_000) }, undefined],
    [{ setParameter: 1, ldapQueryPassword: "s3cret" }, '{"setParameter":1,"ldapQueryPassword":"[secret]"}'],
    [
      { setClusterParameter: { x: { clientSecret: "s3cret" } } },
      '{"setClusterParameter":{"x":{"clientSecret":"[secret]"}}}',
    ],
  ])("hides passwords: %j", (command, text) => {
    const { parsed, parameters } = described(command);
    if (text !== undefined) expect(parsed.text).toBe(text);
    expect(parsed.text).not.toContain("s3cret");
    expect(parameters).toEqual([]);
  });
});

describe("long commands", () => {
  it("have their long fields as values, as they came", () => {
    const { parsed, parameters } = described({ insert: "t", documents: [{ a: LONG }] });
    expect(parsed.text).toMatch(/^\{"insert":"t","documents":"\[\d+ bytes\]"\}$/);
    expect(parameters).toHaveLength(1);
    expect(parameters[0]?.value?.includes(LONG)).toBe(true);
  });

  it("have their long sequences as values", () => {
    const { parsed, parameters } = described({ insert: "t", ordered: true }, { documents: [{ a: LONG }, { a: 1 }] });
    expect(parsed.text).toMatch(/^\{"insert":"t","ordered":true,"documents":"\[\d+ bytes\]"\}$/);
    expect(parameters[0]?.value?.includes(LONG)).toBe(true);
  });

  it("have a text of bounded length, whatever they hold", () => {
    const fields = ["filter", "sort", "projection", "hint", "max", "min", "let", "collation", "comment"];
    const value = { a: "\u0001".repeat(60_000) };
    const { parsed, parameters } = described({ find: "t", ...Object.fromEntries(fields.map((name) => [name, value])) });
    expect(parsed.text.length).toBeLessThan(2_200_000);
    expect(parameters).toHaveLength(1);
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`f${index}`, 1]));
    expect(described({ setParameter: 1, ...many }).parsed.text.length).toBeLessThan(1_000_000);
  });
});

describe("the objects of a command", () => {
  it.each<[Document, readonly string[]]>([
    [{ find: "t" }, ["shop.t"]],
    [{ ping: 1 }, []],
    [{ aggregate: 1, pipeline: [] }, []],
    [{ getMore: Long.fromNumber(7), collection: "t" }, ["shop.t"]],
    [
      { aggregate: "t", pipeline: [{ $lookup: { from: "u", as: "x" } }, { $unionWith: "v" }] },
      ["shop.t", "shop.u", "shop.v"],
    ],
    [
      { aggregate: "t", pipeline: [{ $unionWith: { coll: "v", pipeline: [{ $unionWith: "v" }] } }] },
      ["shop.t", "shop.v"],
    ],
    [{ aggregate: "t", pipeline: [{ $facet: { a: [{ $graphLookup: { from: "u" } }] } }] }, ["shop.t", "shop.u"]],
    [{ aggregate: "t", pipeline: [{ $merge: { into: { db: "d", coll: "u" } } }] }, ["shop.t", "d.u"]],
    [{ aggregate: "t", pipeline: [{ $out: { db: "d", coll: "u" } }] }, ["shop.t", "d.u"]],
    [{ mapReduce: "t", out: { merge: "u", db: "d" } }, ["shop.t", "d.u"]],
    [{ renameCollection: "a.b.c", to: "d.e", $db: "admin" }, ["a.b.c", "d.e"]],
    [{ create: "v", viewOn: "t", pipeline: [{ $lookup: { from: "u" } }] }, ["shop.v", "shop.t", "shop.u"]],
    [{ bulkWrite: 1, ops: [{ insert: 0 }], nsInfo: [{ ns: "a.b" }, { ns: "c.d" }], $db: "admin" }, ["a.b", "c.d"]],
    [{ explain: { find: "t" } }, ["shop.t"]],
  ])("%j", (command, names) => {
    const { objects } = described(command).parsed;
    expect(objects?.map(({ database, name }) => `${database}.${name}`)).toEqual(names);
  });
});
