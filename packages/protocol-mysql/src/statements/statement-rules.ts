import { accessRules } from "./rules/access-rules.ts";
import { conditionRules, preparedRules } from "./rules/prepared-rules.ts";
import { judgeParenthesised, queryRules } from "./rules/query-rules.ts";
import { rowRules } from "./rules/row-rules.ts";
import { schemaRules } from "./rules/schema-rules.ts";
import { serverRules } from "./rules/server-rules.ts";
import { setRules } from "./rules/set-rules.ts";
import { showRules } from "./rules/show-rules.ts";
import { transactionRules } from "./rules/transaction-rules.ts";
import type { StatementRule, StatementRules } from "./statement-rule.ts";

/** Every kind of statement of MySQL 8.0 to 9 and MariaDB 10.6 to 11.8, by its first word. What is not listed is refused. */
const rules: StatementRules = {
  ...queryRules,
  ...rowRules,
  ...schemaRules,
  ...accessRules,
  ...setRules,
  ...transactionRules,
  ...serverRules,
  ...showRules,
  ...preparedRules,
  ...conditionRules,
};

const unknownKind: StatementRule = (_view, _at, found) =>
  found.refuse("The gateway does not know this kind of statement.");

/** Judges the statement that begins at `at` by the rule of its kind. */
export const judgeStatement: StatementRule = (view, at, found) => {
  if (view.phrase.isSymbol(at, "(")) {
    judgeParenthesised(view, at, found);
    return;
  }
  const word = view.phrase.word(at);
  const rule = Object.hasOwn(rules, word) ? rules[word] : undefined;
  (rule ?? unknownKind)(view, at, found);
};
