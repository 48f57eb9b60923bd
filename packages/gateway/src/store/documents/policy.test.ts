import { describe, expect, it } from "vitest";
import { assembleSnapshot } from "../assemble-snapshot.ts";

function problems(keys: string): readonly string[] {
  const text = `policy: p\nwho: { groups: [dba] }\nwhere: { connections: ["*"] }\n${keys}\n`;
  const assembled = assembleSnapshot([{ name: "a.yaml", text }], ["pg"]);
  return assembled.kind === "faulty" ? assembled.problems : [];
}

const rule = (lines: string): string => `rules:\n  - allow: [read]\n${lines}`;
const mask = (lines: string): string => `rules: [{ allow: [read] }]\nmasks:\n${lines}`;

describe("the keys about objects", () => {
  it.each([
    rule("    on: [public.*, shop.public.x, 'public.\"a.b\"']"),
    rule("    except: [pg_temp.*]\n    columns: [id]\n    exceptColumns: [ssn, '*_key']"),
    rule("    functions: [public.add_one]"),
    rule("    limit: { rows: 10, bytes: 20MB, statementsPerMinute: 120, timeout: 30s, sessions: 3 }"),
    "rules:\n  - deny: [read]\n    on: [hr.*]\n    columns: [ssn]\n    if: [noWhere, unbounded]\n    because: No.",
    mask("  - columns: [public.x.y, shop.public.x.y]\n    at: [$.a, '$.b[*].c']\n    with: { partial: 4 }"),
    mask("  - columns: [public.x.y]\n    with: null"),
    mask("  - find: [iban, { pattern: 'K-[0-9]+' }]\n    with: hash\ninference: none"),
  ])("are taken: %j", (keys) => {
    expect(problems(keys)).toEqual([]);
  });

  it.each([
    [rule("    on: [customers]"), 6, "rules[0].on[0]: must be written as schema.table or database.schema.table."],
    [rule("    on: [a.b.c.d]"), 6, "rules[0].on[0]: must be written as schema.table or database.schema.table."],
    [rule("    onn: [a.b]"), 6, 'rules[0].onn: is not a known key; did you mean "on"?'],
    [rule("    because: x"), 6, "rules[0].because: cannot stand beside the other keys here; write two entries."],
    [rule("    functions: [add_one]"), 6, "rules[0].functions[0]: must be written as schema.function."],
    [rule("    limit: { rows: 0 }"), 6, "rules[0].limit.rows: must be at least 1."],
    [rule("    limit: {}"), 6, "rules[0].limit: must set at least one limit."],
    [rule("    limit:\n      bytes: 20mb"), 7, "rules[0].limit.bytes: must be a size such as 500KB, 20MB or 1GB."],
    [
      rule("    limit: { timeout: soon }"),
      6,
      "rules[0].limit.timeout: must be a duration such as 30s, 15m or 2h, of at most 24d.",
    ],
    ["rules:\n  - deny: [read]\n    if: [noWher]", 6, 'rules[0].if[0]: "noWher" is not known; did you mean "noWhere"?'],
    [
      mask("  - columns: [public.x]\n    with: redact"),
      6,
      "masks[0].columns[0]: must be written as schema.table.column or database.schema.table.column.",
    ],
    [
      mask("  - columns: [public.x.y]\n    with: redct"),
      7,
      "masks[0].with: must be redact, null, email, hash, format, or { partial: 4 } to keep the last characters.",
    ],
    [
      mask("  - columns: [public.x.y]\n    at: ['$.a[0]']\n    with: redact"),
      7,
      "masks[0].at[0]: must not name one element of a list; write [*] for all of them.",
    ],
    [
      mask("  - find: [{ pattern: '(?=x)' }]\n    with: redact"),
      6,
      "masks[0].find[0].pattern: must be a regular expression of RE2's syntax, which has no look-around and no back-references.",
    ],
    [
      "rules: [{ allow: [read] }]\ninference: some",
      5,
      'inference: "some" is not known; choose one of: none, equality, open.',
    ],
  ])("are refused where they are wrong: %j", (keys, line, problem) => {
    expect(problems(keys)).toEqual([`a.yaml:${line}: policy "p": ${problem}`]);
  });
});
