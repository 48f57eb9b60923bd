import { CallGatherer } from "./lineage/gather-calls.ts";
import { lowerStatement } from "./lineage/lower-statement.ts";
import { effectOf } from "./effect-of.ts";
import { Findings } from "./findings.ts";
import type { PgStatement, ReadText } from "./read-text.ts";
import { isTreeNode, listOf, untag } from "./tree.ts";
import { unreadable } from "./unreadable.ts";
import { walk } from "./walk.ts";

/** From a parse tree to what policy and inspector need. `sql` is the text that was parsed: places in the tree are offsets in its bytes. */
export function readTree(tree: unknown, sql: Buffer, major: number): ReadText {
  const parsed = isTreeNode(tree) ? listOf(tree["stmts"]) : [];
  if (parsed.length === 1) return { statements: [readStatement(statementIn(parsed[0]), sql.toString("utf8"), major)] };
  return { statements: parsed.map((raw) => readStatement(statementIn(raw), ownText(raw, sql), major)) };
}

function readStatement(statement: unknown, text: string, major: number): PgStatement {
  const tagged = untag(statement);
  if (tagged === undefined) return unreadable(text, "The gateway does not know this kind of statement.");
  const found = new Findings();
  const called = new CallGatherer();
  walk(tagged.tag, tagged.node, found, called);
  const readInner = (query: unknown): PgStatement => readStatement(query, text, major);
  const effect = effectOf(tagged.tag, tagged.node, { found, major, readInner });
  // whatever EXECUTE runs, the verbs must not be empty until the inspector knows
  if (effect.kind === "execute") found.add("call");
  const verbs = found.verbs;
  if (verbs.length === 0)
    return unreadable(text, `The gateway does not know what this statement does (${tagged.tag}).`);
  const because = found.unknownBecause;
  return {
    text,
    verbs,
    ...(because === undefined ? {} : { unknownBecause: because }),
    ...(found.liftsReadOnly ? { liftsReadOnly: true } : {}),
    ...(found.meaningSettings.length > 0 ? { meaningSettings: found.meaningSettings } : {}),
    lowered: lowerStatement(tagged, called),
    effect,
  };
}

function statementIn(raw: unknown): unknown {
  return isTreeNode(raw) ? raw["stmt"] : undefined;
}

/** A statement's place is left out at the start of the text, its length where it reaches to the end. */
function ownText(raw: unknown, sql: Buffer): string {
  const place = isTreeNode(raw) ? raw : {};
  let start = typeof place["stmt_location"] === "number" ? place["stmt_location"] : 0;
  let end = typeof place["stmt_len"] === "number" ? start + place["stmt_len"] : sql.length;
  while (start < end && isSpace(sql[start])) start++;
  while (end > start && isSpace(sql[end - 1])) end--;
  return sql.toString("utf8", start, end);
}

/** Space, tab, line feed, vertical tab, form feed, carriage return: JavaScript's trim() takes more away, also from names. */
function isSpace(byte: number | undefined): boolean {
  return byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);
}
