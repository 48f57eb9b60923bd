import { code, isDigit, isNameByte } from "./byte-kinds.ts";

/** What begins with a digit, or with a point and a digit. */
export type NumberEnd =
  | { readonly kind: "number"; readonly end: number }
  /** `1a`, `0xg`, `1e`: a name that begins with a digit. */
  | { readonly kind: "name" }
  /** `1.e(`: the server throws away what it read and goes on with the byte behind it. */
  | { readonly kind: "fault" };

const asName: NumberEnd = { kind: "name" };

/** Where a number ends, by the rules of `MY_LEX_NUMBER_IDENT` and `MY_LEX_REAL`: `1e1from` is `1e1 from`, `1.from` is `1. from`. */
export function numberEnd(bytes: Buffer, at: number): NumberEnd {
  if (bytes[at] === code.dot) return realEnd(bytes, at + 1);
  const second = bytes[at + 1];
  if (bytes[at] === code.zero && (second === code.lowerX || second === code.lowerB)) {
    let end = at + 2;
    while (second === code.lowerX ? isHexDigit(bytes[end]) : isBit(bytes[end])) end++;
    return end > at + 2 && !isNameByte(bytes[end]) ? { kind: "number", end } : asName;
  }
  const end = skipDigits(bytes, at);
  if (bytes[end] === code.dot) return realEnd(bytes, end + 1);
  if (!isNameByte(bytes[end])) return { kind: "number", end };
  const exponent = isExponent(bytes[end]) ? exponentEnd(bytes, end + 1) : undefined;
  return exponent === undefined ? asName : { kind: "number", end: exponent };
}

function realEnd(bytes: Buffer, at: number): NumberEnd {
  const end = skipDigits(bytes, at);
  if (!isExponent(bytes[end])) return { kind: "number", end };
  const exponent = exponentEnd(bytes, end + 1);
  return exponent === undefined ? { kind: "fault" } : { kind: "number", end: exponent };
}

function exponentEnd(bytes: Buffer, at: number): number | undefined {
  const signed = bytes[at] === code.plus || bytes[at] === code.minus ? at + 1 : at;
  return isDigit(bytes[signed]) ? skipDigits(bytes, signed) : undefined;
}

function skipDigits(bytes: Buffer, from: number): number {
  let at = from;
  while (isDigit(bytes[at])) at++;
  return at;
}

function isExponent(byte: number | undefined): boolean {
  return byte !== undefined && (byte | 0x20) === code.lowerE;
}

function isHexDigit(byte: number | undefined): boolean {
  return isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}

function isBit(byte: number | undefined): boolean {
  return byte === 0x30 || byte === 0x31;
}
