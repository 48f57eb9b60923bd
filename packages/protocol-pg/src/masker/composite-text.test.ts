import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { maskArrayText } from "./array-text.ts";
import { maskCompositeText } from "./composite-text.ts";
import { createTextFinder } from "@sallyport/shared/masks/find-in-text";
import { opaqueFindsMasker } from "./opaque-text.ts";
import { card, testKey } from "./testing/plans.ts";

const values = fc.array(fc.option(fc.string({ unit: "grapheme" })), { minLength: 1 });

describe("maskCompositeText", () => {
  const mark = (text: string): string | undefined => (text === "x" ? 'a"b\\' : undefined);

  it.each<[string, string | null | undefined]>([
    ["(x,y)", '("a""b\\\\",y)'],
    ['(1,"x",)', '(1,"a""b\\\\",)'],
    ["()", undefined],
    ["(,)", undefined],
    ['("a ""b"" \\\\",y)', undefined],
    ["(x", null],
    ["x", null],
    ["(x,(y),z)", null],
    ['("x)', null],
    ["(x)y)", null],
  ])("makes of %s %j", (text, masked) => {
    expect(maskCompositeText(text, mark)).toBe(masked);
  });

  it("reads back what it writes", () => {
    fc.assert(
      fc.property(values, (fields) => {
        let next = 0;
        const written = maskCompositeText(`(${fields.map(() => "x").join(",")})`, () => fields[next++]);
        const read: string[] = [];
        maskCompositeText(written ?? "", (value) => void read.push(value));
        expect(read).toEqual(fields.filter((field) => field !== null));
      }),
    );
  });
});

describe("maskArrayText", () => {
  it("reads back what it writes", () => {
    fc.assert(
      fc.property(values, (elements) => {
        let next = 0;
        const written = maskArrayText(`{${elements.map(() => "x").join(",")}}`, () => elements[next++]);
        const read: string[] = [];
        maskArrayText(written ?? "", (value) => void read.push(value));
        expect(read).toEqual(elements.filter((element) => element !== null));
      }),
    );
  });

  it.each(["", "{", "}", "{}}", "{a}b", '{"a}', '{"a""b"}', "{a\\,b}", "[0]={a}", '{"a"b}', "a"])(
    "does not read %s",
    (text) => {
      expect(maskArrayText(text, () => undefined)).toBeNull();
    },
  );

  it.each(["{}", "{a,b}", "{{a},{b}}", "[2:3][1:1]={{a},{b}}", '{"",NULL}'])("leaves %s alone", (text) => {
    expect(maskArrayText(text, () => undefined)).toBeUndefined();
  });
});

describe("opaqueFindsMasker", () => {
  const finder = createTextFinder([card, { detector: "phone", mask: { kind: "redact" } }], testKey);

  it.each<[string, string | null | undefined]>([
    ["happy", undefined],
    ["(1,4111111111111111,x)", '(1,"0",x)'],
    ['(1,"pay 4111 1111 1111 1111")', '(1,"pay [redacted]")'],
    ['(1,"(2,""pay 4111 1111 1111 1111"")")', '(1,"(2,""pay [redacted]"")")'],
    ['{"(4111111111111111,a)"}', String.raw`{"(\"0\",a)"}`],
    ['"a"=>"4111111111111111", "b"=>NULL', '"a"=>"[redacted]", "b"=>NULL'],
    ["pay 4111111111111111", "pay [redacted]"],
    ["call (555) 123-4567", null],
    ["((4111111111111111)", null],
  ])("makes of %s %s", (text, masked) => {
    expect(finder === undefined ? finder : opaqueFindsMasker(finder)(text)).toBe(masked);
  });
});
