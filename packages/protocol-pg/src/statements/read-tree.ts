import { CallGatherer } from "./lineage/gather-calls.ts";
import { lowerStatement } from "./lineage/lower-statement.ts";
import { Extent } from "./lineage/lowering.ts";
import { effectOf } from "./effect-of.ts";
import { Findings } from "./findings.ts";
import type { PgStatement, ReadText } from "./read-text.ts";
import { isTreeNode, listOf, untag } from "./tree.ts";
import { unreadable, unreadableText } from "./unreadable.ts";
import { walk } from "./walk.ts";

/** All statements of a text are decided at once, and hold up the other sessions meanwhile. */
const MAX_STATEMENTS = 1_000;

/** From a parse tree to what policy and inspector need. `sql` is the text that was parsed: places in the tree are offsets in its bytes. */
export function readTree(tree: unknown, sql: Buffer, major: number): ReadText {
  const parsed = isTreeNode(tree) ? listOf(tree["stmts"]) : [];
  if (parsed.length > MAX_STATEMENTS)
    return unreadableText(sql, `The text has more than ${MAX_STATEMENTS} statements; send it in smaller parts.`);
  const extent = new Extent();
  const textOfOne = parsed.length === 1 ? sql.toString("utf8") : undefined;
  const statements = parsed.map((raw) => {
    return readStatement(statementIn(raw), textOfOne ?? ownText(raw, sql), { major, extent });
  });
  return { statements, lowered: extent.made };
}

interface Reading {
  readonly major: number;
  /** How much of the text is lowered. */
  readonly extent: Extent;
}

function readStatement(statement: unknown, text: string, reading: Reading): PgStatement {
  const tagged = untag(statement);
  if (tagged === undefined) return unreadable(text, "The gateway does not know this kind of statement.");
  const found = new Findings();
  const called = new CallGatherer();
  walk(tagged.tag, tagged.node, found, called);
  const readInner = (query: unknown): PgStatement => readStatement(query, text, reading);
  const effect = effectOf(tagged.tag, tagged.node, { found, major: reading.major, readInner });
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
    ...(found.steersPlans ? { steersPlans: true } : {}),
    ...(found.meaningSettings.length > 0 ? { meaningSettings: found.meaningSettings } : {}),
    lowered: lowerStatement(tagged, called, reading.extent),
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
