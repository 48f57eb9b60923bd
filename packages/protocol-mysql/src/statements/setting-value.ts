import type { ModeChange } from "./mode-change.ts";
import { isSqlModeName, parseSqlMode } from "./sql-mode.ts";
import type { Phrase } from "./phrase.ts";
import type { Token } from "./token.ts";

/** What literals of a statement stand for, in characters. */
export type SettingText = (token: Token) => string;

/** The value where it is one literal, name or number, in lower case; undefined where it is computed. */
export function literalText(value: Phrase, text: SettingText): string | undefined {
  if (value.length !== 1) return undefined;
  const token = value.at(0);
  switch (token.kind) {
    case "text":
      return plain(text(token));
    case "word":
    case "name":
    case "number":
      return plain(token.value);
    default:
      return undefined;
  }
}

/** Only ASCII: how servers compare other letters is not followed. */
function plain(text: string): string | undefined {
  return /^[\x20-\x7e]*$/.test(text) ? text.toLowerCase() : undefined;
}

/**
 * Follows a value of `sql_mode`: a literal list, its number, or what clients compute from the mode there is:
 * `CONCAT(@@sql_mode, ',…')`, `REPLACE(@@sql_mode, 'ONE_MODE', '')`, either as a sub-query too.
 */
export function followSqlMode(written: Phrase, text: SettingText): ModeChange | undefined {
  const value = unwrap(written);
  const token = value.at(0);
  if (value.length === 1 && token.kind === "number")
    return wholly(/^\d+$/.test(token.value) ? Number(token.value) : Number.NaN);
  const literal = literalText(value, text);
  if (literal !== undefined) return literal === "default" && token.kind === "word" ? undefined : wholly(literal);
  if (isCurrentMode(value)) return {};
  const call = value.word(0);
  if ((call !== "concat" && call !== "replace") || !value.isSymbol(1, "(") || !value.isSymbol(value.length - 1, ")")) {
    return undefined;
  }
  const [mode, ...rest] = argumentsOf(value.part(2, value.length - 1));
  const texts = rest.map((argument) => (argument.at(0).kind === "text" ? literalText(argument, text) : undefined));
  if (mode === undefined || !isCurrentMode(mode) || !texts.every((given) => given !== undefined)) return undefined;
  return call === "concat" ? withMore(texts) : withLess(texts);
}

function wholly(value: string | number): ModeChange | undefined {
  const parts = parseSqlMode(value);
  return parts === undefined ? undefined : { parts };
}

/** What is appended must begin with a comma, lest it goes on with the name before it. */
function withMore(texts: readonly string[]): ModeChange | undefined {
  const more = texts.join("");
  const added = more.startsWith(",") || more === "" ? parseSqlMode(more) : undefined;
  return added === undefined ? undefined : { added };
}

/** Takes away one mode that does not decide how texts are read and is no part of another's name. */
function withLess([mode = "", other]: readonly string[]): ModeChange | undefined {
  const name = mode.replaceAll(/^,|,$/g, "");
  const decides = Object.values(parseSqlMode(name) ?? {}).includes(true);
  return other === "" && isSqlModeName(name) && !decides ? {} : undefined;
}

/** `@@sql_mode`, `@@session.sql_mode`, `@@local.sql_mode` */
function isCurrentMode(value: Phrase): boolean {
  if (value.at(0).kind !== "system") return false;
  const names = value.tokens
    .slice(1)
    .map((token) => token.value.toLowerCase())
    .join("");
  return names === "sql_mode" || names === "session.sql_mode" || names === "local.sql_mode";
}

function unwrap(written: Phrase): Phrase {
  let value = written;
  while (value.length > 2 && value.isSymbol(0, "(") && value.isSymbol(value.length - 1, ")")) {
    value = value.part(value.word(1) === "select" ? 2 : 1, value.length - 1);
  }
  return value;
}

function argumentsOf(list: Phrase): readonly Phrase[] {
  const found: Phrase[] = [];
  let from = 0;
  for (let at = 0; at <= list.length; at++) {
    if (at < list.length && !list.isSymbol(at, ",")) continue;
    found.push(list.part(from, at));
    from = at + 1;
  }
  return found;
}
