import type { Findings } from "../findings.ts";
import type { StatementRule, StatementRules, StatementView } from "../statement-rule.ts";

/** What a WITH clause may be followed by. */
const afterWith: ReadonlySet<string> = new Set(["select", "table", "values", "update", "delete", "insert", "replace"]);

/** Queries: nothing of theirs but files and variables leaves anything behind. */
const query: StatementRule = (view, _at, found) => {
  const { scan } = view;
  found.add("read");
  if (scan.saw("procedure")) found.refuse("PROCEDURE in a query is not supported.");
  if (!scan.saw("into")) found.isPlainQuery = true;
};

/** Statements that begin with a query or are one. */
export const queryRules: StatementRules = {
  select: query,
  table: query,
  values: query,
  /** Only what it is put before says what it does. */
  with(view, at, found) {
    const { phrase } = view;
    const statement = firstBehindWith(view, at);
    found.add("read");
    if (statement >= 0) view.judge(statement, found);
    else if (!phrase.complete) found.refuse("Its WITH clause is too long to see what it belongs to.");
    else query(view, at, found);
  },
  do(_view, _at, found) {
    found.add("read");
  },
  handler(_view, _at, found) {
    found.add("read");
  },
};

function firstBehindWith({ phrase }: StatementView, at: number): number {
  return phrase.find(at + 1, afterWith);
}

/** A statement in parentheses can only be a query. */
export function judgeParenthesised(view: StatementView, at: number, found: Findings): void {
  const { phrase } = view;
  let inner = at;
  while (phrase.isSymbol(inner, "(")) inner++;
  const word = phrase.word(inner);
  if (word === "select" || word === "table" || word === "values" || word === "with") query(view, inner, found);
  else found.refuse("Parentheses open the statement, but no query stands in them.");
}
