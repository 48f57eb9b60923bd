import { GatewayError } from "@sallyport/shared/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copyCsvForm, copyTextForm, type CopyForm } from "./copy-form.ts";
import { copyMaskerOf } from "./testing/body-maskers.ts";
import { card, planOf, redact, rowOf, whole } from "./testing/plans.ts";

const TEXT = 25;
const INT4 = 23;
const binary: CopyForm = { format: "binary" };
const HEADER = Buffer.from("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", "latin1");
const TRAILER = Buffer.from("ffff", "hex");

const plan = planOf({ columns: [whole(redact), undefined, whole({ kind: "partial", keepLast: 2 })], find: [card] });
const types = [INT4, TEXT, TEXT];

const cases: readonly (readonly [string, CopyForm, Buffer, Buffer])[] = [
  ["text", copyTextForm, lines("1\tab\tcdef\n"), lines("0\tab\t**ef\n")],
  ["text with NULLs", copyTextForm, lines("\\N\t\\N\t\\N\n2\t\t\n"), lines("\\N\t\\N\t\\N\n0\t\t\n")],
  [
    "text with escapes",
    copyTextForm,
    lines("1\ta\\tb\ta\\\\b\\n\n"),
    lines("0\ta\\tb\t**\\\\b\\n\n".replace("**\\\\b", "**b")),
  ],
  ["text with a find", copyTextForm, lines("1\t4111\\t4111 1111 1111 1111\tx\n"), lines("0\t4111\\t[redacted]\t*\n")],
  [
    "text with other marks",
    { format: "text", delimiter: "d", nullText: "0x", header: true },
    lines("adbdc\n1dxd0x\n0xd4111111111111111da\\d\\db\n"),
    lines("adbdc\n0dxd0x\n0xd[re\\dacte\\d]d**\\db\n"),
  ],
  ["csv", copyCsvForm, lines('1,"a,b","c""d,e"\n'), lines('"0","a,b","***,e"\n')],
  ["csv with NULLs", copyCsvForm, lines(',,\n1,"",""\n'), lines(',,\n"0","",""\n')],
  ["csv with newlines", copyCsvForm, lines('1,"a\nb","c\n\n"\n2,x,y\n'), lines('"0","a\nb","**\n"\n"0",x,"*"\n')],
  [
    "csv with other marks",
    { format: "csv", delimiter: ";", nullText: "NULL", header: true, quote: "'", escape: "\\" },
    lines("a;b;c\n1;'a\\'b;c';NULL\nNULL;'4111111111111111';'\\\\\\'xy'\n"),
    lines("a;b;c\n'0';'a\\'b;c';NULL\nNULL;'[redacted]';'**xy'\n"),
  ],
  [
    "binary",
    binary,
    Buffer.concat([HEADER, rowOf(Buffer.from([0, 0, 0, 9]), "ab", "cdef"), rowOf(null, null, null), TRAILER]),
    Buffer.concat([HEADER, rowOf(Buffer.alloc(4), "ab", "**ef"), rowOf(null, null, null), TRAILER]),
  ],
];

describe("createCopyMasker", () => {
  it.each(cases)("masks %s, however it is cut", (_name, form, data, masked) => {
    fc.assert(
      fc.property(fc.array(fc.nat(data.length), { maxLength: 8 }), (cuts) => {
        expect(maskAll(form, cutAt(data, cuts))).toEqual(masked);
      }),
    );
    expect(
      maskAll(
        form,
        Array.from(data, (byte) => Buffer.of(byte)),
      ),
    ).toEqual(masked);
  });

  it("is not needed where nothing is masked, and says where a row has nothing to mask", () => {
    expect(copyMaskerOf(planOf({ columns: [undefined] }), copyTextForm, [TEXT])).toBeUndefined();
    expect(copyMaskerOf(plan, copyTextForm, types)?.mask(lines("\\N\tab\t\\N\n"))).toBeUndefined();
    expect(copyMaskerOf(plan, copyCsvForm, types)?.mask(lines(",ab,\n"))).toBeUndefined();
    const masker = copyMaskerOf(plan, binary, types);
    expect(masker?.mask(Buffer.concat([HEADER, rowOf(null, "a", null)]))).toBeUndefined();
    expect(masker?.mask(rowOf(null, "a", null))).toBeUndefined();
    expect(masker?.mask(TRAILER)).toBeUndefined();
    expect(masker?.end()).toBeUndefined();
  });

  it("shows NULL for types that nobody named", () => {
    const unnamed = copyMaskerOf(plan, copyTextForm, [undefined, undefined, undefined]);
    expect(unnamed?.mask(lines("a\tb\tc\n"))?.toString()).toBe("\\N\tb\t\\N\n");
  });

  it.each<[string, CopyForm, string | Buffer]>([
    ["a field too many", copyTextForm, "1\t2\t3\t4\n"],
    ["a field too few", copyTextForm, "1\t2\n"],
    ["a field too many", copyCsvForm, "1,2,3,4\n"],
    ["an empty line", copyCsvForm, "\n"],
    ["a field too many", binary, Buffer.concat([HEADER, rowOf("1", "2", "3", "4")])],
    ["another header", binary, Buffer.alloc(19)],
    ["flags", binary, Buffer.concat([HEADER.subarray(0, 11), Buffer.alloc(8, 1)])],
  ])("passes nothing on after %s (%j)", (_what, form, data) => {
    const masker = copyMaskerOf(plan, form, types);
    expect(() => masker?.mask(Buffer.from(data))).toThrow("[mask/mismatch]");
  });

  it("notices a plan for other columns, and an end in the middle", () => {
    expect(() => copyMaskerOf(plan, copyTextForm, [TEXT])).toThrow("[mask/mismatch]");
    for (const [form, data] of [
      [copyTextForm, "1\t2"],
      [copyCsvForm, '"\n'],
      [binary, HEADER],
      [binary, "PG"],
    ] as const) {
      const masker = copyMaskerOf(plan, form, types);
      masker?.mask(Buffer.from(data));
      expect(() => masker?.end()).toThrow("[server/malformed]");
    }
    const ended = copyMaskerOf(plan, binary, types);
    ended?.mask(Buffer.concat([HEADER, TRAILER]));
    expect(() => ended?.mask(Buffer.of(0))).toThrow("[server/malformed]");
  });

  it("does not keep rows of any length", () => {
    const masker = copyMaskerOf(plan, copyTextForm, types);
    const piece = Buffer.alloc(1 << 20, 0x61);
    expect(() => {
      for (let pieces = 0; pieces < 20; pieces++) masker?.mask(piece);
    }).toThrow("[session/limit]");
  });

  it("meets garbage with GatewayErrors only", () => {
    const forms = fc.constantFrom<CopyForm>(copyTextForm, copyCsvForm, binary);
    const garbage = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 });
    fc.assert(
      fc.property(forms, fc.boolean(), garbage, (form, headed, payloads) => {
        try {
          const begin = headed && form === binary ? [HEADER] : [];
          maskAll(form, [...begin, ...payloads.map((payload) => Buffer.from(payload))]);
        } catch (error) {
          if (!(error instanceof GatewayError)) throw error;
        }
      }),
    );
  });
});

function maskAll(form: CopyForm, payloads: readonly Buffer[]): Buffer {
  const masker = copyMaskerOf(plan, form, types);
  const masked = payloads.map((payload) => Buffer.from(masker?.mask(payload) ?? payload));
  masker?.end();
  return Buffer.concat(masked);
}

function cutAt(data: Buffer, cuts: readonly number[]): readonly Buffer[] {
  const bounds = [0, ...cuts.toSorted((one, other) => one - other), data.length];
  return bounds.slice(1).map((end, index) => data.subarray(bounds[index], end));
}

function lines(text: string): Buffer {
  return Buffer.from(text);
}
