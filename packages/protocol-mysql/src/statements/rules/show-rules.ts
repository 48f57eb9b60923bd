import type { Verb } from "@sallyport/shared/verb";
import type { Findings } from "../findings.ts";
import type { StatementRule, StatementRules, StatementView } from "../statement-rule.ts";

const kinds = (words: string, ...verbs: readonly Verb[]): readonly (readonly [string, readonly Verb[]])[] =>
  words.split(/\s+/).map((word) => [word, verbs]);

/** What SHOW shows, by its first word that says so. What others do, how they are replicated and who may log in is `admin`. */
const shown: ReadonlyMap<string, readonly Verb[]> = new Map([
  ...kinds(
    `databases schemas tables table columns fields index indexes keys create status variables warnings errors count
    character charset collation engines plugins privileges function procedure package triggers events open profile
    profiles grants authors contributors locales query_response_time library`,
    "read",
  ),
  ...kinds(
    `processlist engine binary binlog master slave replica replicas slaves relaylog hosts explain analyze
    client_statistics user_statistics index_statistics table_statistics mutex wsrep_status wsrep_membership`,
    "read",
    "admin",
  ),
]);

const showModifiers: ReadonlySet<string> = new Set([
  "full",
  "extended",
  "global",
  "session",
  "local",
  "all",
  "storage",
]);

/** SHOW CREATE of these shows how somebody logs in, or to where. */
const shownCreateOfAdmin: ReadonlySet<string> = new Set(["user", "server"]);

const show: StatementRule = ({ phrase }, at, found) => {
  const what = phrase.skip(at + 1, showModifiers);
  const word = phrase.word(what);
  const verbs = shown.get(word);
  if (verbs === undefined) {
    found.refuse("The gateway does not know this kind of SHOW.");
    return;
  }
  found.add(...verbs);
  if (word === "create" && shownCreateOfAdmin.has(phrase.word(what + 1))) found.add("admin");
  if (word === "grants" && phrase.word(what + 1) === "for" && phrase.word(what + 2) !== "current_user")
    found.add("admin");
};

/** What EXPLAIN and ANALYZE can be put before. */
const explainable: ReadonlySet<string> = new Set("select table values with insert replace update delete".split(" "));

/** Behind EXPLAIN they belong to it and not to a table's name. */
const explainOptions: ReadonlySet<string> = new Set(["analyze", "extended", "partitions", "format", "into", "for"]);

/**
 * EXPLAIN of a statement has the statement's verbs too: planning alone can run sub-queries and functions, and with ANALYZE
 * all of it runs. EXPLAIN of a table is DESCRIBE.
 */
const explain: StatementRule = (view, at, found) => {
  const { phrase } = view;
  const first = phrase.word(at + 1);
  if (!explainOptions.has(first) && !beginsStatement(view, at + 1)) {
    found.add("read");
    return;
  }
  found.add("explain");
  if (first === "for" && phrase.word(at + 2) === "connection") found.add("admin");
  else explainInner(view, at + 1, found);
};

function beginsStatement({ phrase }: StatementView, at: number): boolean {
  return explainable.has(phrase.word(at)) || phrase.isSymbol(at, "(");
}

function explainInner(view: StatementView, from: number, found: Findings): void {
  const { phrase } = view;
  let at = from;
  while (at < phrase.length && !beginsStatement(view, at)) {
    if (phrase.word(at) === "connection") found.add("admin");
    at++;
  }
  if (at >= phrase.length) {
    if (!phrase.tokens.some((token) => token.value === "connection"))
      found.refuse("The gateway cannot tell what this explains.");
    return;
  }
  view.judge(at, found);
  found.isPlainQuery = false;
}

/** Statements that show what there is. */
export const showRules: StatementRules = {
  show,
  explain,
  describe: explain,
  desc: explain,
  help(_view, _at, found) {
    found.add("read");
  },
  use(_view, _at, found) {
    found.add("session");
  },
  /** Of tables in both servers; before a statement in MariaDB, which runs it. */
  analyze(view, at, found) {
    const { phrase } = view;
    const what = phrase.word(at + 1);
    if (what === "table" || what === "tables" || what === "local" || what === "no_write_to_binlog") found.add("admin");
    else explain(view, at, found);
  },
};
