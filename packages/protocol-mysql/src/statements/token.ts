/**
 * `word` stands outside quotes and may be a keyword; `name` cannot be one (quoted, behind a point, before one, after `@@`);
 * `text` is a literal in quotes; `variable` is `@name`; `system` is `@@` itself; `end` and `fault` end the text.
 */
export type TokenKind = "word" | "name" | "text" | "number" | "variable" | "system" | "symbol" | "end" | "fault";

/** One token as it is kept for the rules. A word is in lower case; a name is as written, without its quotes; a text's value is read when asked for. */
export interface Token {
  readonly kind: TokenKind;
  readonly value: string;
  readonly start: number;
  readonly end: number;
}
