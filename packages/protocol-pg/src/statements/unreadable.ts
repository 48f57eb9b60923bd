import type { PgStatement, ReadText, SqlSyntaxError } from "./read-text.ts";

/** A statement that no policy allows, with the reason for the client. */
export function unreadable(text: string, because: string, syntaxError?: SqlSyntaxError): PgStatement {
  const statement: PgStatement = { text, verbs: ["unknown"], unknownBecause: because, effect: { kind: "none" } };
  return syntaxError === undefined ? statement : { ...statement, syntaxError };
}

/** A whole text that is refused, as one statement: where it cannot be read, nobody knows where one ends. */
export function unreadableText(sql: Buffer, because: string, syntaxError?: SqlSyntaxError): ReadText {
  return { statements: [unreadable(sql.toString("utf8"), because, syntaxError)] };
}
