import { GatewayError } from "@sallyport/shared/errors";

const unitBytes = { B: 1, KB: 1000, MB: 1_000_000, GB: 1_000_000_000 } as const;

/** Bytes of a text such as `500KB`, `20MB` or `1GB`; undefined for anything else and for nothing. */
export function readSize(text: string): number | undefined {
  const found = /^(\d{1,6})(B|KB|MB|GB)$/.exec(text);
  const unit = found?.[2];
  if (unit !== "B" && unit !== "KB" && unit !== "MB" && unit !== "GB") return undefined;
  const bytes = Number(found?.[1]) * unitBytes[unit];
  return bytes > 0 ? bytes : undefined;
}

/** The same for a text that its document's schema has checked. */
export function parseSize(text: string): number {
  const bytes = readSize(text);
  if (bytes === undefined) throw new GatewayError("internal/unexpected", `"${text}" is no size`);
  return bytes;
}
