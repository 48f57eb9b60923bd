import { GatewayError } from "@sallyport/shared/errors";

/** What becomes of a value: undefined: it stays as it is; null: SQL's NULL. */
export type Masked<T> = T | null | undefined;

/** Masks the value `bytes[start..end)`, which is not NULL. The bytes are only looked at. */
export type ValueMasker = (bytes: Buffer, start: number, end: number) => Masked<Buffer>;

/** Masks a value in its text form. */
export type TextMasker = (text: string) => Masked<string>;

/** Where a value lies. */
export interface ValueBytes {
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
}

/** A masker of bytes by one of their text. `skip`: bytes in front of the text that stay, such as a version. */
export function ofText(mask: TextMasker, skip = 0): ValueMasker {
  return (bytes, start, end) => {
    const textStart = Math.min(start + skip, end);
    const masked = mask(bytes.toString("utf8", textStart, end));
    if (masked === undefined || masked === null) return masked;
    const text = Buffer.from(masked, "utf8");
    return skip === 0 ? text : Buffer.concat([bytes.subarray(start, textStart), text]);
  };
}

/** A masker of texts by one of their bytes. */
export function onText(mask: ValueMasker): TextMasker {
  return (text) => {
    const bytes = Buffer.from(text, "utf8");
    const masked = mask(bytes, 0, bytes.length);
    return masked === undefined || masked === null ? masked : masked.toString("utf8");
  };
}

/** Always the same value; null: always NULL. */
export function always(value: Buffer | null): ValueMasker {
  return () => value;
}

/** This value in place of one that the masker cannot read or show. */
export function orElse(value: Buffer | null, mask: ValueMasker): ValueMasker {
  return (bytes, start, end) => {
    try {
      const masked = mask(bytes, start, end);
      return masked === null ? value : masked;
    } catch (error) {
      if (error instanceof GatewayError) return value;
      throw error;
    }
  };
}

/** The second masks what the first has left. */
export function inTurn(first: ValueMasker, second: ValueMasker | undefined): ValueMasker {
  if (second === undefined) return first;
  return (bytes, start, end) => {
    const masked = first(bytes, start, end);
    if (masked === null) return null;
    if (masked === undefined) return second(bytes, start, end);
    const again = second(masked, 0, masked.length);
    return again === undefined ? masked : again;
  };
}
