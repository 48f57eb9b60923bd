import type { Verb } from "@sallyport/shared/verb";
import { expect, it } from "vitest";
import type { PgStatement } from "./read-text.ts";
import { loadRegressCorpus, type RegressEntry } from "./regress-corpus.ts";
import { createStatementReader } from "./statement-reader.ts";

const corpus = loadRegressCorpus();

/** What a command tag proves about the statement: it must have one of these. */
const provedByTag: Readonly<Record<string, readonly Verb[]>> = {
  ALTER: ["alter"],
  ANALYZE: ["admin"],
  BEGIN: ["transaction"],
  CALL: ["call"],
  CHECKPOINT: ["admin"],
  CLOSE: ["session"],
  CLUSTER: ["admin"],
  COMMENT: ["alter"],
  COMMIT: ["transaction"],
  COPY: ["copy-in", "copy-out"],
  CREATE: ["create"],
  DEALLOCATE: ["session"],
  DECLARE: ["read"],
  DELETE: ["delete"],
  DISCARD: ["session"],
  DO: ["call"],
  DROP: ["drop"],
  EXPLAIN: ["explain"],
  FETCH: ["read"],
  GRANT: ["grant"],
  INSERT: ["insert"],
  LISTEN: ["listen"],
  LOAD: ["admin"],
  LOCK: ["lock"],
  MERGE: ["merge"],
  MOVE: ["read"],
  NOTIFY: ["notify"],
  PREPARE: ["session", "transaction"],
  REASSIGN: ["admin"],
  REFRESH: ["update"],
  REINDEX: ["admin"],
  RELEASE: ["transaction"],
  RESET: ["session"],
  REVOKE: ["revoke"],
  ROLLBACK: ["transaction"],
  SAVEPOINT: ["transaction"],
  SELECT: ["read"],
  SET: ["session", "transaction"],
  SHOW: ["session"],
  START: ["transaction"],
  TRUNCATE: ["truncate"],
  UNLISTEN: ["listen"],
  UPDATE: ["update"],
  VACUUM: ["admin"],
};

/** Statements that ran on the server and are refused here: two turn standard_conforming_strings off, one was written under it. */
const refusedOnPurpose = 3;

const parserFiles: ReadonlySet<string | undefined> = new Set(["gram.y", "scan.l", "parser.c"]);

/**
 * What the server's parser said of the text, if that can be told: CREATE FUNCTION has the body parsed too, which is not
 * read here, and letters glued to a number are two tokens to this build of the grammar. In both the server has the last word.
 */
function serverParsed({ sql, errors = [] }: RegressEntry): boolean | undefined {
  const complaints = errors.filter(({ F }) => parserFiles.has(F));
  if (complaints.length === 0) return true;
  const aboutSomethingElse =
    /^create function/i.test(sql) || complaints.some(({ M }) => M.startsWith("trailing junk after"));
  return aboutSomethingElse ? undefined : false;
}

const isUnknown = (statement: PgStatement): boolean => statement.verbs.includes("unknown");

it("judges PostgreSQL's own regression suite as the server did", async () => {
  const reader = await createStatementReader(15);
  const refused: string[] = [];
  const unproved: string[] = [];
  const passed: string[] = [];
  for (const entry of corpus) {
    const { statements } = await reader.read(Buffer.from(entry.sql));
    if (statements.some((statement) => statement.verbs.length === 0)) throw new Error(`no verbs: ${entry.sql}`);
    const parsed = serverParsed(entry);
    if (parsed === false && !statements.some(isUnknown)) passed.push(entry.sql);
    if (parsed !== true) continue;
    if (statements.some(isUnknown)) {
      refused.push(entry.sql);
      continue;
    }
    const tags = entry.tags ?? [];
    if (tags.length !== statements.length) continue;
    for (const [n, statement] of statements.entries()) {
      // the tag of EXECUTE is that of what was prepared
      if (statement.effect.kind === "execute") continue;
      const word = tags[n]?.split(" ", 1)[0] ?? "";
      const proved = provedByTag[word];
      if (proved?.some((verb) => statement.verbs.includes(verb)) !== true)
        unproved.push(`${word}: ${statement.verbs.join(" ")} for ${entry.sql}`);
    }
  }
  expect(unproved).toEqual([]);
  expect(passed).toEqual([]);
  expect(refused).toHaveLength(refusedOnPurpose);
  expect(refused.every((sql) => /standard_conforming_strings|\\'/.test(sql))).toBe(true);
});

/** Kinds of expressions and the like that nobody has given a meaning. Statements that cannot be followed for other reasons say which. */
function namelessKinds(statement: PgStatement): readonly string[] {
  const reasons = JSON.stringify(statement.lowered ?? {}).matchAll(/"because":"([^"]*)"/g);
  return [...reasons].map(([, because = ""]) => because).filter((because) => /does not know this kind/.test(because));
}

/** What a grammar makes of every fourth text: what of it nobody has given a meaning, and which of the texts have no rule. */
async function readQuarter(
  major: number,
): Promise<{ readonly nameless: readonly string[]; readonly refused: readonly string[] }> {
  const reader = await createStatementReader(major);
  const nameless: string[] = [];
  const refused: string[] = [];
  for (const [n, { sql }] of corpus.entries()) {
    if (n % 4 !== 0) continue;
    const { statements } = await reader.read(Buffer.from(sql));
    for (const statement of statements) {
      if (statement.verbs.length === 0) throw new Error(`no verbs: ${sql}`);
      for (const because of namelessKinds(statement)) nameless.push(`${because} ${sql}`);
      if (isUnknown(statement) && statement.syntaxError === undefined) refused.push(sql);
    }
  }
  return { nameless, refused };
}

it.each([13, 14, 15, 16, 17, 18])(
  "has a rule for whatever the grammar of %d makes of it, and can follow every kind of expression",
  async (major) => {
    const { nameless, refused } = await readQuarter(major);
    expect(nameless).toEqual([]);
    expect(refused.filter((sql) => !/standard_conforming_strings/.test(sql))).toEqual([]);
  },
);
