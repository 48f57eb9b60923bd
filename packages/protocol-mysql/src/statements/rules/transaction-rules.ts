import type { StatementRule, StatementRules } from "../statement-rule.ts";

const transaction: StatementRule = (_view, _at, found) => found.add("transaction");

/** Statements about transactions and the locks of whole tables. */
export const transactionRules: StatementRules = {
  commit: transaction,
  rollback: transaction,
  savepoint: transaction,
  release: transaction,
  /** In MariaDB it also opens a block of statements: `BEGIN NOT ATOMIC … END`. */
  begin({ phrase }, at, found) {
    const end = phrase.word(at + 1) === "work" ? at + 2 : at + 1;
    if (phrase.endsAt(end)) found.add("transaction");
    else found.refuse("Blocks of statements are not supported.");
  },
  start({ phrase }, at, found) {
    found.add(phrase.word(at + 1) === "transaction" ? "transaction" : "admin");
  },
  /** Its transactions outlive the session, and anybody may end them. */
  xa(_view, _at, found) {
    found.add("admin");
  },
  lock({ phrase }, at, found) {
    found.add("lock");
    if (phrase.word(at + 1) === "instance") found.add("admin");
  },
  unlock({ phrase }, at, found) {
    found.add("lock");
    if (phrase.word(at + 1) === "instance") found.add("admin");
  },
};
