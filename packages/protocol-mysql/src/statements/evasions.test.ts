import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { MysqlStatement } from "./mysql-statement.ts";
import { flavours, modesAfter, plainModes, readers } from "./testing/read-with.ts";

/** An attempt of `test/evasions`, as far as its texts go. */
interface Case {
  readonly id: string;
  readonly expect: "benign" | "masked" | "safe" | "refused";
  readonly server?: string;
  readonly sql: readonly (
    | string
    | { readonly sql?: string; readonly bytes?: string; readonly com?: number; readonly text?: string }
  )[];
}

const parseCase: (line: string) => Case = JSON.parse;

const cases = readFileSync(new URL("../../../../test/evasions/mysql.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => parseCase(line));

/**
 * Only to be refused by rules about tables, columns and functions one by one: other schemas and tables (`catalog`, `must-not-run`
 * on `api_keys` and `hr`, `protocol-01`), what a predicate gives away (`oracle`), routines of users and functions that take long (`routine`).
 */
const decidedByOtherRules =
  /^(catalog-(0[2-9]|1[0-7]|22)|oracle-\d\d|routine-(0[1239]|1[01278])|must-not-run-(8[4-9]|9[013])|protocol-01)$/;

const harmless: ReadonlySet<string> = new Set(["read", "session", "transaction"]);

const comStmtPrepare = 22;

function textOf(step: Case["sql"][number]): Buffer | undefined {
  if (typeof step === "string") return Buffer.from(step);
  if (step.bytes !== undefined) return Buffer.from(step.bytes, "hex");
  if (step.sql !== undefined) return Buffer.from(step.sql);
  return step.com === comStmtPrepare && step.text !== undefined ? Buffer.from(step.text) : undefined;
}

function readAll(flavour: (typeof flavours)[number], { sql }: Case): readonly MysqlStatement[] {
  let modes = plainModes;
  return sql.flatMap((step) => {
    const text = textOf(step);
    if (text === undefined) return [];
    const { statements } = readers[flavour].read(text, modes, true);
    for (const { effect } of statements) modes = modesAfter(modes, effect) ?? modes;
    return statements;
  });
}

describe.each(flavours)("the evasion cases in %s", (flavour) => {
  const own = cases.filter((one) => one.server === undefined || one.server === flavour);

  it.each(own.filter((one) => one.expect === "benign" || one.expect === "masked"))("$id is read", (one) => {
    expect(readAll(flavour, one).flatMap((statement) => statement.unknownBecause ?? [])).toEqual([]);
  });

  const refused = own.filter((one) => one.expect === "refused" && one.sql.some((step) => textOf(step) !== undefined));

  it.each(refused.filter(({ id }) => !decidedByOtherRules.test(id)))("$id does not pass for a query", (one) => {
    const verbs = readAll(flavour, one).flatMap((statement) => statement.verbs);
    expect(verbs.filter((verb) => !harmless.has(verb))).not.toEqual([]);
  });

  it.each(own.filter(({ id }) => decidedByOtherRules.test(id)))(
    "$id is left to other rules and no more than a query",
    (one) => {
      const verbs = readAll(flavour, one).flatMap((statement) => statement.verbs);
      expect(verbs.filter((verb) => !harmless.has(verb))).toEqual([]);
    },
  );
});
