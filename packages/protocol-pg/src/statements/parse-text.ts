import type { GrammarMajor } from "./grammar-packages.ts";
import type { Grammar } from "./grammar.ts";
import type { ReadText } from "./read-text.ts";
import { readTree } from "./read-tree.ts";
import { unreadableText } from "./unreadable.ts";

/** Parses and reads a text that is within its budget. Never throws; undefined where the grammar itself failed. */
export function parseText(grammar: Grammar, sql: Buffer, major: GrammarMajor): ReadText | undefined {
  const parsed = grammar.parse(sql);
  switch (parsed.kind) {
    case "tree":
      return readTree(parsed.tree, sql, major);
    case "syntax-error":
      return unreadableText(sql, parsed.error.message, parsed.error);
    case "broken":
      return undefined;
  }
}
