import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDocuments } from "./parse-documents.ts";

const values = (text: string): readonly unknown[] => parseDocuments(text).documents.map(({ value }) => value);
const sentences = (text: string): readonly string[] => parseDocuments(text).problems.map(({ sentence }) => sentence);

describe("parseDocuments", () => {
  it.each<[string, string, unknown[]]>([
    ["nothing", "", []],
    ["a comment", "# soon\n", []],
    ["empty documents", "---\n---\na: 1\n---\n", [{ a: 1 }]],
    ["several documents", "a: 1\n---\nb: 2\n...\n---\nc: 3\n", [{ a: 1 }, { b: 2 }, { c: 3 }]],
    ["JSON with tabs", '{\n\t"a": [\n\t\t1\n\t]\n}', [{ a: [1] }]],
    ["anchors", "a: &x [1]\nb: *x\n", [{ a: [1], b: [1] }]],
    [
      "words that older YAML took for others",
      "a: on\nb: 2027-01-31\nc: 08:00\n",
      [{ a: "on", b: "2027-01-31", c: "08:00" }],
    ],
    ["a merge key as the plain word it is", "<<: { a: 1 }\n", [{ "<<": { a: 1 } }]],
  ])("reads %s", (_, text, expected) => {
    expect(sentences(text)).toEqual([]);
    expect(values(text)).toEqual(expected);
  });

  it.each([
    ["a key that comes twice", "a: 1\nb: 2\na: 3\n", 'has the key "a" twice'],
    ["a key that comes twice deeper down", '{"a": {"b": 1, "b": 2}}', 'has the key "b" twice'],
    ["__proto__", "a: { __proto__: { b: 1 } }\n", 'the key "__proto__"'],
    ["an alias as key", "a: &x b\n*x : 1\n", "all keys must be strings"],
    ["a number as key", "a: 1\n? [b]\n: 2\n", "all keys must be strings"],
    ["a tag of its own", "a: !env PASSWORD\n", "Unresolved tag"],
    ["a known tag", "a: !!binary aGk=\n", "Unresolved tag"],
    ["another version", "%YAML 1.1\n---\na: on\n", "must be YAML 1.2"],
    ["an alias to nothing", "a: *x\n", "uses aliases in a way that is not allowed"],
    ["a half-written file", 'a: 1\nb: "two', "is not valid YAML"],
    ["endless nesting", "[".repeat(20_000), "nested too deep|not valid YAML"],
  ])("refuses %s", (_, text, expected) => {
    expect(sentences(text).join("\n")).toMatch(new RegExp(expected));
    expect(values(text)).toEqual([]);
  });

  it("does not let aliases multiply", () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const item = level === 0 ? "lol" : `*a${level - 1}`;
      return `k${level}: &a${level} [${Array.from({ length: 9 }, () => item).join()}]`;
    });
    expect(sentences(levels.join("\n"))).toEqual([expect.stringContaining("Excessive alias count")]);
  });

  it("finds the double among very many keys without comparing each with each", () => {
    const text = Array.from({ length: 60_000 }, (_, index) => `k${index}: 1\n`).join("");
    expect(sentences(`${text}k7: 2\n`)).toEqual([expect.stringContaining('"k7" twice')]);
  });

  it.each([
    "password: hunter2 : [\n",
    "password: *hunter2\n",
    "password: !hunter2\n",
    "password: !<hunter2> x\n",
    "password: !hunter2! x\n",
    "password: %hunter2\n",
    "%hunter2\n---\na: 1\n",
    'password: "\\hunter2"\n',
    "password: |hunter2\n",
    "password: ''hunter2\n",
    "a: 1\nhunter2\n",
    "a: [1]\n]hunter2\n",
    "- a\nhunter2: 1\n",
  ])("quotes nothing of the file in a syntax error (%#)", (text) => {
    // what begins an escape is a part of it
    const found = sentences(text);
    expect(found).not.toEqual([]);
    expect(found.join()).not.toContain("unter2");
  });

  it("knows the line of each path", () => {
    const [first, second] = parseDocuments(
      "# head\na: 1\nb:\n  - x\n  - { c: 1,\n      d: 2 }\n---\n\ne: 1\n",
    ).documents;
    expect(
      [[], ["b"], ["b", 0], ["b", 1, "d"], ["b", 1, "missing"], ["b", 7], ["f"]].map((path) => first?.lineOf(path)),
    ).toEqual([2, 3, 4, 6, 5, 3, 2]);
    expect(second?.lineOf([])).toBe(9);
  });

  it("throws at nothing", () => {
    const piece = fc.constantFrom(
      "a",
      ": ",
      "\n",
      "- ",
      "[",
      "]",
      "{",
      "}",
      "&x ",
      "*x",
      "!t ",
      "? ",
      "|\n",
      "'",
      '"',
      "---\n",
      "%YAML 1.1\n",
      "  ",
      "#",
      "\0",
      "\ud800",
      "\t",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join("")),
        ),
        (text) => {
          const { documents, problems } = parseDocuments(text);
          for (const { line } of problems) expect(line).toBeGreaterThan(0);
          for (const document of documents) expect(document.lineOf([])).toBeGreaterThan(0);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
