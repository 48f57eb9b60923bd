import { Binary, deserialize, Double, Int32, Long, ObjectId, serialize } from "bson";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { Double as OwnDouble, encodeDocument, type BsonObject } from "./encode-document.ts";
import { countElements, elementsOf, find, firstElement, type Element } from "./elements.ts";
import { documentAt, type RawDocument } from "./raw-document.ts";
import {
  arrayOf,
  binaryOf,
  booleanOf,
  documentOf,
  int64Of,
  isTruthy,
  stringOf,
  valueIn,
  wholeNumberOf,
} from "./read-value.ts";

function raw(value: object): RawDocument {
  const bytes = Buffer.from(serialize(value));
  return documentAt(bytes, 0, bytes.length, "server/malformed");
}

const everything = raw({
  text: "zwölf",
  int: new Int32(7),
  long: Long.fromString("9007199254740993"),
  small: Long.fromNumber(-5),
  whole: new Double(3),
  half: new Double(0.5),
  yes: true,
  no: false,
  nothing: null,
  bytes: new Binary(Buffer.from("ab"), 4),
  inner: { a: 1 },
  list: ["x", "y"],
  id: new ObjectId(),
});

describe("elements", () => {
  it("come in their order, with their names", () => {
    const names = [...elementsOf(everything)].map(({ name }) => name);
    expect(names).toEqual("text int long small whole half yes no nothing bytes inner list id".split(" "));
    expect(firstElement(everything)?.name).toBe("text");
    expect(countElements(everything)).toBe(names.length);
    expect(firstElement(raw({}))).toBeUndefined();
  });

  it.each<[string, (element: Element) => unknown, unknown]>([
    ["text", stringOf, "zwölf"],
    ["int", stringOf, undefined],
    ["int", wholeNumberOf, 7],
    ["whole", wholeNumberOf, 3],
    ["half", wholeNumberOf, undefined],
    ["small", wholeNumberOf, -5],
    ["long", wholeNumberOf, undefined],
    ["text", wholeNumberOf, undefined],
    ["long", int64Of, 9007199254740993n],
    ["int", int64Of, undefined],
    ["yes", booleanOf, true],
    ["no", booleanOf, false],
    ["int", booleanOf, undefined],
    ["bytes", binaryOf, Buffer.from("ab")],
    ["text", binaryOf, undefined],
    ["list", documentOf, undefined],
    ["inner", arrayOf, undefined],
    ["yes", isTruthy, true],
    ["no", isTruthy, false],
    ["half", isTruthy, true],
    ["long", isTruthy, true],
    ["nothing", isTruthy, false],
    ["text", isTruthy, false],
  ])("%s is read by %o", (name, read, expected) => {
    expect(valueIn<unknown>(everything, name, read)).toEqual(expected);
  });

  it("lead into documents and arrays", () => {
    const inner = valueIn(everything, "inner", documentOf);
    const list = valueIn(everything, "list", arrayOf);
    if (inner === undefined || list === undefined) throw new Error("they are not there");
    expect(valueIn(inner, "a", wholeNumberOf)).toBe(1);
    expect([...elementsOf(list)].map(stringOf)).toEqual(["x", "y"]);
  });

  it("are not found by a part of their name, nor in what lies deeper", () => {
    expect(find(everything, "tex")).toBeUndefined();
    expect(find(everything, "text\0")).toBeUndefined();
    expect(find(everything, "a")).toBeUndefined();
  });

  it("that are malformed are a fault of the side that sent them, and only when they are reached", () => {
    const bytes = Buffer.from(serialize({ a: 1, b: "text" }));
    bytes.writeInt32LE(1000, bytes.length - 10);
    const document = documentAt(bytes, 0, bytes.length, "server/malformed");
    expect(find(document, "a")).toBeDefined();
    expect(() => find(document, "b")).toThrow("server/malformed");
    expect(() => countElements(document)).toThrow("server/malformed");
  });

  it("of any bytes make values or a GatewayError", () => {
    const readers = [stringOf, wholeNumberOf, int64Of, booleanOf, binaryOf, documentOf, arrayOf, isTruthy];
    const start = Buffer.from(everything.bytes.subarray(everything.start, everything.end));
    const changes = fc.array(fc.tuple(fc.nat(start.length - 1), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(changes, (all) => {
        const bytes = Buffer.from(start);
        for (const [at, value] of all) bytes.writeUInt8(value, at);
        try {
          const document = documentAt(bytes, 0, bytes.length, "protocol/malformed");
          for (const element of elementsOf(document)) {
            for (const read of readers) read(element);
          }
          find(document, "id");
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("encodeDocument", () => {
  const value: fc.Arbitrary<BsonObject> = fc.dictionary(
    fc.stringMatching(/^[a-z]{1,5}$/),
    fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noInteger: true }),
      fc.constant(null),
      fc.date({ noInvalidDate: true }),
      fc.array(fc.integer(), { maxLength: 12 }),
      fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string()),
    ),
  );

  it("writes what bson reads, byte for byte as bson writes it", () => {
    fc.assert(
      fc.property(value, (document) => {
        const bytes = encodeDocument(document);
        expect(bytes.equals(serialize(document))).toBe(true);
      }),
    );
  });

  it("keeps types apart that JavaScript does not", () => {
    const bytes = encodeDocument({ a: new OwnDouble(1), b: 1n, c: Buffer.from("x"), d: 2 ** 31, e: undefined });
    const read = deserialize(bytes, { promoteValues: false, promoteLongs: false });
    expect(read["a"]).toBeInstanceOf(Double);
    expect(read["b"]).toBeInstanceOf(Long);
    expect(read["c"]).toBeInstanceOf(Binary);
    expect(read["d"]).toBeInstanceOf(Double);
    expect(read).not.toHaveProperty("e");
  });
});
