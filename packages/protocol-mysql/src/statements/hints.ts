import type { Findings } from "./findings.ts";
import { Phrase } from "./phrase.ts";
import { judgeSetting } from "./settings.ts";

/** One SET_VAR of a hint whose name is plain to see. */
const plainSetVar = /\bset_var\s*\(\s*([a-z0-9_]+)\s*=/gi;

const noValue = new Phrase([], true);

/**
 * Judges an optimizer hint. To a server it is no comment: `SET_VAR(…)` sets a variable for the statement, and a quote in it may
 * hide where the hint ends. https://dev.mysql.com/doc/refman/9.7/en/optimizer-hints.html
 */
export function judgeHint(hint: string, found: Findings): void {
  if (/['"\\]/.test(hint) && !/^[^'"\\]*(?:'[^'"\\]*'[^'"\\]*|"[^'"\\]*"[^'"\\]*)*$/.test(hint)) {
    found.refuse("A hint holds a quote that is not closed in it.");
  }
  if ((hint.match(/`/g) ?? []).length % 2 === 1) found.refuse("A hint holds a quote that is not closed in it.");
  const all = hint.match(/set_var/gi) ?? [];
  const plain = [...hint.matchAll(plainSetVar)];
  if (plain.length !== all.length) found.refuse("The gateway cannot tell which variable a hint sets.");
  // no value that it could have would be followed, so that a variable which matters is refused
  for (const [, name = ""] of plain) judgeSetting(name, noValue, () => "", found);
}
