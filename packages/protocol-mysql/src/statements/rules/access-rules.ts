import type { StatementRules } from "../statement-rule.ts";

/** Statements about privileges. Their lists hold SELECT and other words that are no statements here. */
export const accessRules: StatementRules = {
  grant(view, at, found) {
    found.add("grant");
    // either makes or changes an account besides
    if (view.phrase.word(at + 1) === "proxy" || view.phrase.tokens.some((token) => token.value === "identified")) {
      found.add("admin");
    }
  },
  revoke(view, at, found) {
    found.add("revoke");
    if (view.phrase.word(at + 1) === "proxy") found.add("admin");
  },
};
