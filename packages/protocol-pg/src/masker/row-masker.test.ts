import { GatewayError } from "@sallyport/shared/errors";
import type { Mask } from "@sallyport/shared/masks/mask";
import type { ColumnPlan } from "@sallyport/shared/masks/result-plan";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rowMaskerOf } from "./testing/body-maskers.ts";
import { card, columnOf, parts, planOf, redact, rowOf, valuesOf, whole } from "./testing/plans.ts";

const TEXT = 25;
const INT4 = 23;
const INT8 = 20;
const JSONB = 3802;
const NUMERIC = 1700;
const UUID = 2950;
const BYTEA = 17;
const TEXT_ARRAY = 1009;
const DATE = 1082;
const OTHER = 20_000;
const NOBODY = "00000000-0000-0000-0000-000000000000";

const hash: Mask = { kind: "hash" };
const partial: Mask = { kind: "partial", keepLast: 4 };

describe("createRowMasker", () => {
  it("is not needed where nothing is masked and nothing sought", () => {
    expect(rowMaskerOf(planOf({}), [columnOf(TEXT)])).toBeUndefined();
    expect(rowMaskerOf(planOf({ columns: [undefined] }), [columnOf(TEXT)])).toBeUndefined();
    expect(rowMaskerOf(planOf({ find: [card] }), [columnOf(INT4), columnOf(DATE)])).toBeUndefined();
  });

  it("masks by position, leaves NULL alone, and says so where a row has nothing to mask", () => {
    const plan = planOf({ columns: [undefined, whole(redact), undefined, whole({ kind: "null" })] });
    const masker = rowMaskerOf(plan, [columnOf(INT4), columnOf(TEXT), columnOf(TEXT), columnOf(INT4)]);
    expect(masker?.mask(rowOf("1", "secret", "open", "2"))).toEqual(rowOf("1", "[redacted]", "open", null));
    expect(masker?.mask(rowOf("1", "", "open", null))).toEqual(rowOf("1", "[redacted]", "open", null));
    expect(masker?.mask(rowOf("1", null, "open", null))).toBeUndefined();
  });

  it.each<[ColumnPlan | undefined, ColumnPlan | undefined, string]>([
    [undefined, undefined, '{"a":1,"b":2}'],
    [undefined, whole(redact), '"[redacted]"'],
    [whole(redact), undefined, '"[redacted]"'],
    [whole(redact), parts(["a"]), '"[redacted]"'],
    [parts(["a"]), whole(redact), '"[redacted]"'],
    [parts(["a"]), parts(["b"]), '{"a":0,"b":0}'],
  ])("with %j planned and %j by origin shows %s", (planned, origin, shown) => {
    const plan = planOf({
      columns: [planned, whole(redact)],
      byOrigin: (relation, column) => (relation === 7 && column === 2 ? origin : undefined),
    });
    const columns = [columnOf(JSONB, "text", { relation: 7, column: 2 }), columnOf(TEXT)];
    const masked = rowMaskerOf(plan, columns)?.mask(rowOf('{"a":1,"b":2}', "x"));
    expect(masked).toEqual(rowOf(shown, "[redacted]"));
  });

  it("passes on no result that is not the planned one", () => {
    const plan = planOf({ columns: [whole(redact)] });
    const mismatch = "[mask/mismatch]";
    expect(() => rowMaskerOf(plan, [columnOf(TEXT), columnOf(TEXT)])).toThrow(mismatch);
    const masker = rowMaskerOf(plan, [columnOf(TEXT)]);
    expect(() => masker?.mask(rowOf("a", "b"))).toThrow(mismatch);
    expect(() => masker?.mask(rowOf())).toThrow(mismatch);
    const malformed = "[server/malformed]";
    expect(() => masker?.mask(rowOf("a").subarray(0, -1))).toThrow(malformed);
    expect(() => masker?.mask(Buffer.concat([rowOf("a"), Buffer.alloc(1)]))).toThrow(malformed);
    expect(() => masker?.mask(Buffer.from("0001fffffffe", "hex"))).toThrow(malformed);
  });

  it.each<[string, number, Mask, string, string | null]>([
    ["text", TEXT, partial, "4111111111111111", "************1111"],
    ["text", TEXT, { kind: "email" }, "ann@example.com", "a***@***.com"],
    ["int4", INT4, partial, "12345", "0"],
    ["date", DATE, { kind: "format" }, "2024-05-06", "1970-01-01"],
    ["uuid", UUID, partial, "11111111-1111-1111-1111-111111111111", NOBODY],
    ["bytea", BYTEA, redact, String.raw`\x0102`, String.raw`\x`],
    ["bytea", BYTEA, hash, "old\\001", String.raw`\x`],
    ["uuid", UUID, hash, "garbage", NOBODY],
    ["text[]", TEXT_ARRAY, redact, "{a}", "{}"],
    ["text[]", TEXT_ARRAY, partial, '{abcdefgh,NULL,"ij,klmno"}', '{"****efgh",NULL,"****lmno"}'],
    ["text[]", TEXT_ARRAY, partial, "{{abcd},{efgh}}", '{{"**cd"},{"**gh"}}'],
    ["text[]", TEXT_ARRAY, partial, "[0:0]={abcd}", '[0:0]={"**cd"}'],
    ["text[]", TEXT_ARRAY, partial, "{abcd", "{}"],
    ["jsonb", JSONB, partial, '{"a": 1}', '"[redacted]"'],
    ["somebody's", OTHER, redact, "sad", null],
    ["somebody's", OTHER, partial, "sad", null],
  ])("shows a %s (%i) under %j of %s as %s", (_name, type, mask, value, shown) => {
    const masker = rowMaskerOf(planOf({ columns: [whole(mask)] }), [columnOf(type)]);
    expect(masker?.mask(rowOf(value))).toEqual(rowOf(shown));
  });

  const uuidBytes = Buffer.from("11".repeat(16), "hex");
  it.each<[string, number, string, Buffer, (binary: Buffer) => string]>([
    ["int2", 21, "-7", Buffer.from("fff9", "hex"), (binary) => String(binary.readInt16BE())],
    ["int4", INT4, "7", Buffer.from("00000007", "hex"), (binary) => String(binary.readInt32BE())],
    ["int8", INT8, "7", Buffer.from("0000000000000007", "hex"), (binary) => String(binary.readBigInt64BE())],
    ["bytea", BYTEA, String.raw`\x01ff`, Buffer.from("01ff", "hex"), (binary) => `\\x${binary.toString("hex")}`],
    ["text", TEXT, "ann", Buffer.from("ann"), (binary) => binary.toString()],
    [
      "uuid",
      UUID,
      "11111111-1111-1111-1111-111111111111",
      uuidBytes,
      (binary) => binary.toString("hex").replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    ],
  ])("hashes a %s to the same value in both formats", (_name, type, text, binary, inText) => {
    const plan = planOf({ columns: [whole(hash), whole(hash)] });
    const masker = rowMaskerOf(plan, [columnOf(type), columnOf(type, "binary")]);
    const [one, other] = valuesOf(masker?.mask(rowOf(text, binary)) ?? rowOf());
    expect(one?.toString()).not.toBe(text);
    expect(one?.toString()).toBe(inText(other ?? Buffer.alloc(0)));
  });

  it("seeks in what is not masked, and hides numbers that are a find", () => {
    const columns = [columnOf(TEXT), columnOf(INT8), columnOf(NUMERIC), columnOf(INT8, "binary"), columnOf(TEXT_ARRAY)];
    const masker = rowMaskerOf(planOf({ find: [card] }), columns);
    const number = Buffer.alloc(8);
    number.writeBigInt64BE(4_111_111_111_111_111n);
    const row = rowOf(
      "pay 4111 1111 1111 1111!",
      "4111111111111111",
      "-4111111111111111.50",
      number,
      "{4111111111111111,b}",
    );
    expect(masker?.mask(row)).toEqual(rowOf("pay [redacted]!", "0", "0", Buffer.alloc(8), '{"[redacted]",b}'));
    expect(masker?.mask(rowOf("4111", "4111111111111112", "1e5", Buffer.alloc(8, 1), "{a}"))).toBeUndefined();
  });

  it("seeks in what a partial mask or a part's mask leaves", () => {
    const plan = planOf({
      columns: [whole({ kind: "partial", keepLast: 20 }), parts(["a"])],
      find: [card],
    });
    const masker = rowMaskerOf(plan, [columnOf(TEXT), columnOf(JSONB)]);
    const row = rowOf("what is hidden here 4111111111111111", '{"a":1,"b":"4111111111111111"}');
    const [text, json] = valuesOf(masker?.mask(row) ?? rowOf());
    expect(text?.toString()).not.toContain("4111");
    expect(json?.toString()).toBe('{"a":0,"b":"[redacted]"}');
  });

  const types = [
    TEXT,
    INT4,
    INT8,
    JSONB,
    NUMERIC,
    UUID,
    BYTEA,
    TEXT_ARRAY,
    DATE,
    OTHER,
    2249,
    114,
    142,
    18,
    3614,
    3807,
  ];
  const plans = [whole(redact), whole(hash), whole(partial), whole({ kind: "email" }), parts(["a", "*"]), undefined];

  it("meets garbage with GatewayErrors only, and shows no row that it does not understand", () => {
    const bodies = fc.oneof(
      fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
      fc
        .array(fc.uint8Array({ maxLength: 40 }), { minLength: 2, maxLength: 2 })
        .map((values) => rowOf(...values.map((value) => Buffer.from(value)))),
    );
    const column = fc.record({
      type: fc.constantFrom(...types),
      format: fc.constantFrom("text" as const, "binary" as const),
      plan: fc.constantFrom(...plans),
    });
    fc.assert(
      fc.property(column, column, bodies, (one, other, body) => {
        const plan = planOf({ columns: [one.plan, other.plan], find: [card, { detector: "email", mask: partial }] });
        const masker = rowMaskerOf(plan, [columnOf(one.type, one.format), columnOf(other.type, other.format)]);
        try {
          const masked = masker?.mask(body);
          if (masked !== undefined) expect(valuesOf(masked)).toHaveLength(2);
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});
