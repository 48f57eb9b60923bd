import { code, isBlank, isDigit } from "./byte-kinds.ts";
import type { Dialect } from "./dialect.ts";

/** What stands where a comment opens: `from` is where reading goes on. */
export type Comment =
  | { readonly kind: "skipped"; readonly from: number }
  /** Its content executes, up to the next end of comment. */
  | { readonly kind: "live"; readonly from: number }
  /** An optimizer hint, which can set variables. */
  | { readonly kind: "hint"; readonly from: number }
  | { readonly kind: "fault"; readonly because: string };

const unclosed: Comment = { kind: "fault", because: "A comment is not closed." };

/** From this version MySQL reads six digits before a blank as a version; some 8.0 before it take five and leave the sixth as SQL. */
const MYSQL_READS_SIX_DIGITS = 80_100;

/** MariaDB does not execute comments for these versions of MySQL, whose grammar has gone another way. */
const OTHERS_GRAMMAR = { from: 50_700, to: 99_999 };

/** With Galera this number alone executes, whatever the version. */
const GALERA_VERSION = 99_997;

/**
 * Reads the comment whose `/*` stands at `at`, as `MY_LEX_LONG_COMMENT` of either server does.
 * https://dev.mysql.com/doc/refman/9.7/en/comments.html, https://mariadb.com/docs/server/reference/sql-structure/sql-language-structure/comment-syntax
 */
export function readComment(bytes: Buffer, at: number, dialect: Dialect): Comment {
  const third = bytes[at + 2];
  if (third === code.exclamation) return readVersioned(bytes, at + 3, dialect, false);
  if (dialect.flavour === "mariadb" && third === code.upperM && bytes[at + 3] === code.exclamation) {
    return readVersioned(bytes, at + 4, dialect, true);
  }
  const end = bytes.indexOf("*/", at + 2, "latin1");
  if (end < 0) return unclosed;
  return { kind: third === code.plus ? "hint" : "skipped", from: end + 2 };
}

function readVersioned(bytes: Buffer, at: number, dialect: Dialect, forMariaDb: boolean): Comment {
  let digits = 0;
  while (digits < 6 && isDigit(bytes[at + digits])) digits++;
  if (digits < 5) return { kind: "live", from: at };
  if (dialect.flavour === "mysql") return readForMysql(bytes, at, digits, dialect.version);
  const version = versionAt(bytes, at, digits);
  if (version === GALERA_VERSION) {
    return {
      kind: "fault",
      because: "Whether a comment with version 99997 executes depends on the server's settings.",
    };
  }
  const others = version >= OTHERS_GRAMMAR.from && version <= OTHERS_GRAMMAR.to;
  const runs = version <= dialect.version && (forMariaDb || !others);
  return runs ? { kind: "live", from: at + digits } : skipDead(bytes, at);
}

function readForMysql(bytes: Buffer, at: number, digits: number, serverVersion: number): Comment {
  const five = versionAt(bytes, at, 5) <= serverVersion;
  if (digits < 6 || !isBlank(bytes[at + 6])) return five ? { kind: "live", from: at + 5 } : skipDead(bytes, at);
  const six = versionAt(bytes, at, 6) <= serverVersion;
  if (serverVersion < MYSQL_READS_SIX_DIGITS && (five || six)) {
    return { kind: "fault", because: "Servers of this version differ in whether this comment executes." };
  }
  return six ? { kind: "live", from: at + 6 } : skipDead(bytes, at);
}

function versionAt(bytes: Buffer, at: number, digits: number): number {
  return Number(bytes.toString("latin1", at, at + digits));
}

/** A comment for another version may hold plain comments, one level of them. */
function skipDead(bytes: Buffer, from: number): Comment {
  let at = from;
  for (;;) {
    const end = bytes.indexOf("*/", at, "latin1");
    if (end < 0) return unclosed;
    const nested = bytes.subarray(at, end).indexOf("/*", 0, "latin1");
    // in "/*/" the star opens the nested comment, so that its end is looked for behind it
    const opened = nested >= 0 ? at + nested : bytes[end - 1] === code.slash && end > at ? end - 1 : -1;
    if (opened < 0) return { kind: "skipped", from: end + 2 };
    const closed = bytes.indexOf("*/", opened + 2, "latin1");
    if (closed < 0) return unclosed;
    at = closed + 2;
  }
}
