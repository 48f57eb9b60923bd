import type { Find, Mask } from "@sallyport/shared/masks/mask";
import type { ColumnPlan, ResultPlan } from "@sallyport/shared/masks/result-plan";
import type { ColumnDescription, WireFormat } from "../../messages/row-description.ts";

/** A key of `hash` for tests. */
export const testKey = Buffer.alloc(32, 7);

/** A plan that does nothing but what is said. */
export function planOf(said: Partial<ResultPlan>): ResultPlan {
  return {
    columns: undefined,
    byOrigin: () => undefined,
    find: [],
    hidesTexts: false,
    limits: { rows: undefined, bytes: undefined, timeoutMs: undefined },
    key: testKey,
    ...said,
  };
}

export function whole(mask: Mask): ColumnPlan {
  return { kind: "whole", mask };
}

export function parts(...paths: readonly (readonly string[])[]): ColumnPlan {
  return { kind: "parts", parts: paths.map((path) => ({ path, mask: { kind: "redact" } })) };
}

export const redact: Mask = { kind: "redact" };
export const card: Find = { detector: "card-number", mask: redact };

/** A column of no table. */
export function columnOf(
  type: number,
  format: WireFormat = "text",
  origin = { relation: 0, column: 0 },
): ColumnDescription {
  return { name: "x", ...origin, type, size: -1, modifier: -1, format };
}

/** The body of a DataRow; null is NULL. */
export function rowOf(...values: readonly (string | Buffer | null)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeUInt16BE(values.length);
  const fields = values.flatMap((value) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(value === null ? -1 : Buffer.byteLength(value));
    return value === null ? [length] : [length, Buffer.from(value)];
  });
  return Buffer.concat([count, ...fields]);
}

/** The values of a DataRow's body. */
export function valuesOf(body: Buffer): readonly (Buffer | null)[] {
  const values: (Buffer | null)[] = [];
  let at = 2;
  for (let left = body.readUInt16BE(0); left > 0; left--) {
    const length = body.readInt32BE(at);
    at += 4;
    values.push(length === -1 ? null : body.subarray(at, at + length));
    at += Math.max(0, length);
  }
  return values;
}
