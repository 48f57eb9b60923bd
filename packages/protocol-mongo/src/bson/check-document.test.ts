import { Binary, Code, Decimal128, Double, Int32, Long, MaxKey, MinKey, ObjectId, serialize, Timestamp } from "bson";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import { checkDocument, MAX_DEPTH } from "./check-document.ts";

/** A document of raw elements, with an honest length around them. */
function document(...elements: readonly Buffer[]): Buffer {
  const body = Buffer.concat(elements);
  const bytes = Buffer.alloc(body.length + 5);
  bytes.writeInt32LE(bytes.length, 0);
  body.copy(bytes, 4);
  return bytes;
}

function element(type: number, name: string | Buffer, ...value: readonly (Buffer | readonly number[])[]): Buffer {
  return Buffer.concat([Buffer.of(type), Buffer.from(name), Buffer.of(0), ...value.map((part) => Buffer.from(part))]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([int32(Buffer.byteLength(value) + 1), Buffer.from(`${value}\0`)]);
}

function nested(levels: number, type = 0x03): Buffer {
  let inner = document();
  for (let level = 1; level < levels; level++) inner = document(element(type, "0", inner));
  return inner;
}

function faultOf(bytes: Buffer): string | undefined {
  try {
    expect(checkDocument(bytes, 0, bytes.length).end).toBe(bytes.length);
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.code : `not a GatewayError: ${String(error)}`;
  }
}

const anyValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.string({ unit: "grapheme" }),
    fc.integer().map((value) => new Int32(value)),
    fc.double().map((value) => new Double(value)),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
    fc.boolean(),
    fc.constantFrom(null, undefined, new MinKey(), new MaxKey(), new ObjectId(), /a.*b/i),
    fc.date({ noInvalidDate: true }),
    fc.constant(Decimal128.fromString("1.50")),
    fc.constant(Timestamp.fromBits(1, 2)),
    fc.tuple(fc.uint8Array(), fc.constantFrom(0, 2, 4, 128)).map(([bytes, subtype]) => new Binary(bytes, subtype)),
    fc
      .dictionary(fc.string({ maxLength: 4 }).filter(isName), tie("value"), { maxKeys: 4 })
      .map((scope) => new Code("f()", scope)),
    fc.array(tie("value"), { maxLength: 12 }),
    fc.dictionary(fc.string({ maxLength: 4 }).filter(isName), tie("value"), { maxKeys: 30 }),
  ),
})).value;

const anyDocument = fc
  .dictionary(fc.string({ maxLength: 6 }).filter(isName), anyValue, { maxKeys: 30 })
  .map((value) => Buffer.from(serialize(value, { ignoreUndefined: false })));

/** A NUL would end it, and bson takes a document with some names for a reference. */
function isName(name: string): boolean {
  return !name.includes("\0") && !name.startsWith("$") && name !== "__proto__" && name !== "_bsontype";
}

describe("checkDocument", () => {
  it("takes whatever bson writes", () => {
    fc.assert(
      fc.property(anyDocument, (bytes) => {
        expect(faultOf(bytes)).toBeUndefined();
      }),
    );
  });

  it("takes no beginning of a document", () => {
    fc.assert(
      fc.property(anyDocument, (bytes) => {
        for (let end = 0; end < bytes.length; end++) expect(faultOf(bytes.subarray(0, end))).toBe("protocol/malformed");
      }),
      { numRuns: 30 },
    );
  });

  it("throws nothing but GatewayError, whatever bytes are changed", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(anyDocument, changes, (bytes, all) => {
        for (const [at, value] of all) bytes.writeUInt8(value, at % bytes.length);
        try {
          checkDocument(bytes, 0, bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each<[string, Buffer]>([
    ["no length", Buffer.of(5, 0, 0)],
    ["a length of four", Buffer.of(4, 0, 0, 0, 0)],
    ["a negative length", Buffer.of(255, 255, 255, 255, 0)],
    ["a length beyond the bytes", Buffer.of(6, 0, 0, 0, 0)],
    ["no NUL at its end", Buffer.of(5, 0, 0, 0, 1)],
    ["an end in front of its end", document(Buffer.of(0), element(0x0a, "a"))],
    ["a name without an end", document(Buffer.from("\u000aaaa"))],
    ["a name that is not UTF-8", document(element(0x0a, Buffer.of(0xc3, 0x28)))],
    ["a type nobody knows", document(element(0x14, "a"))],
    ["a boolean of two", document(element(0x08, "a", [2]))],
    ["a string of no bytes", document(element(0x02, "a", int32(0)))],
    ["a string of negative length", document(element(0x02, "a", int32(-1), [0]))],
    ["a string beyond the document", document(element(0x02, "a", int32(9), [0]))],
    ["a string without its NUL", document(element(0x02, "a", int32(1), [1]))],
    ["a binary of negative length", document(element(0x05, "a", int32(-1), [0]))],
    ["a binary beyond the document", document(element(0x05, "a", int32(2), [0, 1]))],
    ["an old binary that says two lengths", document(element(0x05, "a", int32(5), [2], int32(2), [1]))],
    ["a nested length beyond its parent", document(element(0x03, "a", int32(6), [0]))],
    ["a nested document without its NUL", document(element(0x03, "a", int32(5), [1]))],
    ["a number that is cut", document(element(0x12, "a", [1, 2, 3]))],
    ["a pattern without its options", document(element(0x0b, "a", Buffer.from("x\0")))],
    ["a code whose scope is shorter than said", document(element(0x0f, "a", int32(15), text(""), document(), [0]))],
    ["a code that is longer than its whole", document(element(0x0f, "a", int32(14), text("ab"), document()))],
    ["a pointer without its id", document(element(0x0c, "a", text("x"), [1, 2]))],
  ])("refuses %s", (_, bytes) => {
    expect(faultOf(bytes)).toBe("protocol/malformed");
  });

  const twice = [element(0x10, "a", int32(1)), element(0x10, "b", int32(1)), element(0x10, "a", int32(2))];
  it.each<[string, Buffer]>([
    ["at the top", document(...twice)],
    ["in a document", document(element(0x03, "x", document(...twice)))],
    ["in a document in an array", document(element(0x04, "x", document(element(0x03, "0", document(...twice)))))],
    [
      "in the scope of a code",
      document(element(0x0f, "x", int32(9 + document(...twice).length), text(""), document(...twice))),
    ],
    [
      "around a document with the same names",
      document(element(0x03, "a", document(element(0x0a, "b"))), element(0x0a, "a")),
    ],
    ["in an array", document(element(0x04, "x", document(element(0x0a, "0"), element(0x0a, "0"))))],
    [
      "in an array, as another spelling",
      document(element(0x04, "x", document(element(0x0a, "0"), element(0x0a, "01")))),
    ],
    ["among many", document(...Array.from({ length: 100 }, (_, n) => element(0x0a, `f${n % 99}`)))],
    ["as the seventeenth", document(...Array.from({ length: 17 }, (_, n) => element(0x0a, `f${n % 16}`)))],
    ["as an empty name", document(element(0x0a, ""), element(0x0a, ""))],
  ])("refuses a field that is there twice, %s", (_, bytes) => {
    expect(faultOf(bytes)).toBe("policy/unreadable");
  });

  it.each<[string, Buffer]>([
    [
      "siblings with the same names",
      document(element(0x03, "a", document(element(0x0a, "x"))), element(0x03, "b", document(element(0x0a, "x")))),
    ],
    ["the same name above and below", document(element(0x03, "a", document(element(0x0a, "a"))))],
    ["names that begin alike", document(element(0x0a, "a"), element(0x0a, "aa"), element(0x0a, ""))],
    ["names that differ by a byte order mark", document(element(0x0a, "a"), element(0x0a, "\ufeffa"))],
    [
      "an array of a hundred",
      document(element(0x04, "x", document(...Array.from({ length: 101 }, (_, n) => element(0x0a, `${n}`))))),
    ],
  ])("takes %s", (_, bytes) => {
    expect(faultOf(bytes)).toBeUndefined();
  });

  it.each<[string, readonly string[]]>([
    ["out of their order", ["1", "0"]],
    ["from one on", ["1", "2"]],
    ["with zeros in front", ["00"]],
    ["by no number", ["a"]],
    ["by nothing", [""]],
    ["by a number too large", ["99999999999999999999999999"]],
  ])("refuses an array that is numbered %s", (_, names) => {
    const array = document(...names.map((name) => element(0x0a, name)));
    expect(faultOf(document(element(0x04, "x", array)))).toBe("policy/unreadable");
  });

  it.each([0x03, 0x04])("goes as deep as a server, and not one level deeper (type %d)", (type) => {
    expect(faultOf(nested(MAX_DEPTH, type))).toBeUndefined();
    expect(faultOf(nested(MAX_DEPTH + 1, type))).toBe("policy/unreadable");
    expect(faultOf(nested(5_000, type))).toBe("policy/unreadable");
  });

  it("does not look behind its limit", () => {
    const bytes = Buffer.concat([document(element(0x0a, "a")), document()]);
    expect(checkDocument(bytes, 0, bytes.length)).toMatchObject({ start: 0, end: bytes.length - 5 });
    expect(() => checkDocument(bytes, 0, 7)).toThrow(GatewayError);
  });

  it("bounds the names that it keeps", () => {
    const names = Array.from({ length: 200_002 }, (_, n) => element(0x0a, n.toString(36)));
    const bytes = document(Buffer.concat(names));
    expect(faultOf(bytes)).toBe("protocol/too-large");
  });
});
