import { createTextFinder } from "@sallyport/shared/masks/find-in-text";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonFindsMasker, jsonPartsMasker, type JsonPart } from "./mask-json.ts";
import { card, redact, testKey } from "./testing/plans.ts";

const WHOLE = '"[redacted]"';

describe("jsonPartsMasker", () => {
  const at = (...path: readonly string[]): JsonPart => ({ path, mask: redact });

  it.each<[readonly JsonPart[], string, string | undefined]>([
    [[at("a")], '{"a":"x","b":"x"}', '{"a":"[redacted]","b":"x"}'],
    [[at("a")], '{ "b" : 1e400, "a" : [1, {"a":2}] , "c":0.10}', '{ "b" : 1e400, "a" : "[redacted]" , "c":0.10}'],
    [[at("a")], '{"a":-12.5e3}', '{"a":0}'],
    [[at("a")], '{"a":true}', '{"a":false}'],
    [[at("a")], '{"a":null}', '{"a":null}'],
    [[at("a")], '{"a":1,"a":2,"\\u0061":3}', '{"a":0,"a":0,"\\u0061":0}'],
    [[at("a")], '{"b":{"a":1}}', undefined],
    [[at("a")], '["a"]', undefined],
    [[at("a")], "12", undefined],
    [
      [at("c", "*", "m")],
      '{"c":[{"m":"x","n":1},{"m":"y"},3],"m":1}',
      '{"c":[{"m":"[redacted]","n":1},{"m":"[redacted]"},3],"m":1}',
    ],
    [[at("c", "*", "m")], '{"c":{"k":{"m":"x"}}}', '{"c":{"k":{"m":"[redacted]"}}}'],
    [[at("c", "1")], '{"c":["x","y"]}', '{"c":["x","[redacted]"]}'],
    [[at("*")], '{"a":1,"b":"x"}', '{"a":0,"b":"[redacted]"}'],
    [[at("*", "b"), at("a")], '{"a":{"b":1},"c":{"b":1}}', '{"a":"[redacted]","c":{"b":0}}'],
    [[at()], '{"a":1}', WHOLE],
    [[{ path: ["a"], mask: { kind: "null" } }], '{"a":[1]}', '{"a":null}'],
    [[{ path: ["a"], mask: { kind: "email" } }], '{"a":"\\u0022@x.de"}', '{"a":"\\"***@***.de"}'],
    [[at("a", "b")], "{}", undefined],
    [[at("a", "b")], '{"a":[]}', undefined],
    [[at("a")], '{"a":1', WHOLE],
    [[at("a")], '{"a":1}}', WHOLE],
    [[at("a")], '{"a" 1}', WHOLE],
    [[at("a")], "{a:1}", WHOLE],
    [[at("a")], '{"\\x":1}', WHOLE],
    [[at("a")], '{"b":[1}}', WHOLE],
    [[at("a")], "", WHOLE],
  ])("at %j makes of %s %s", (parts, text, masked) => {
    expect(jsonPartsMasker(parts, testKey)(text)).toBe(masked);
  });

  it("gives what a parser would, whatever the value", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (kept, hidden) => {
        const text = JSON.stringify({ kept, hidden: [hidden, kept] });
        const masked = jsonPartsMasker([at("hidden", "0")], testKey)(text) ?? text;
        expect(masked).toBe(JSON.stringify({ kept, hidden: [shown(hidden), kept] }));
      }),
    );
  });

  it("walks through values of any depth", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(jsonPartsMasker([at("a")], testKey)(`{"b":${deep},"a":1}`)).toBe(`{"b":${deep},"a":0}`);
  });
});

describe("jsonFindsMasker", () => {
  const finder = createTextFinder([card], testKey);

  it.each<[string, string | undefined]>([
    ['{"a":"pay 4111 1111 1111 1111 now","b":"x"}', '{"a":"pay [redacted] now","b":"x"}'],
    ['["\\u0034111111111111111", 4111111111111111, 12]', '["[redacted]", 0, 12]'],
    ['{"4111111111111111":1}', '{"[redacted]":1}'],
    ['{"a":[1,2,3]}', undefined],
    ['"4111111111111111', WHOLE],
  ])("makes of %s %s", (text, masked) => {
    expect(finder === undefined ? finder : jsonFindsMasker(finder)(text)).toBe(masked);
  });
});

function shown(value: unknown): unknown {
  if (value === null) return null;
  if (typeof value === "boolean") return false;
  return typeof value === "number" ? 0 : "[redacted]";
}
