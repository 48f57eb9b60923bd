import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { ValueBytes } from "./value-masker.ts";

const GROUP = 4;
const NEGATIVE = 0x4000;
/** NaN and the infinities have others. */
const SIGNS = new Set([0, NEGATIVE]);

/** The text of an integer in its binary form. Throws where it has no integer's size. */
export function integerText({ bytes, start, end }: ValueBytes): string {
  const reader = new ByteReader(bytes, start, end, "server/malformed");
  switch (end - start) {
    case 2:
      return String(reader.int16());
    case 4:
      return String(reader.int32());
    case 8:
      return String(bytes.readBigInt64BE(start));
    default:
      throw reader.fault(`an integer of ${end - start} bytes`);
  }
}

/**
 * The text of a numeric in its binary form, without the zeros that only its scale asks for; empty: it is not a number.
 *
 *     int16 n int16 weight uint16 sign uint16 scale { int16 of four digits }*n
 */
export function numericText({ bytes, start, end }: ValueBytes): string {
  const reader = new ByteReader(bytes, start, end, "server/malformed");
  const count = reader.uint16();
  const weight = reader.int16();
  const sign = reader.uint16();
  reader.uint16();
  if (!SIGNS.has(sign)) return "";
  let whole = "";
  let fraction = "0".repeat(GROUP * Math.max(0, -1 - weight));
  for (let index = 0; index < count; index++) {
    const group = String(reader.uint16()).padStart(GROUP, "0");
    if (index <= weight) whole += group;
    else fraction += group;
  }
  reader.expectEnd();
  const digits = (whole + "0".repeat(GROUP * Math.max(0, weight + 1 - count))).replace(/^0+/, "");
  return `${sign === NEGATIVE ? "-" : ""}${digits === "" ? "0" : digits}${fraction === "" ? "" : `.${fraction}`}`;
}
