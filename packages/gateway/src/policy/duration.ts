import { GatewayError } from "@sallyport/shared/errors";

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Longer ones do not fit a timer, which would then fire at once. */
export const longestDurationMs = 24 * unitMs.d;

/** Milliseconds of a text such as `30s`, `15m`, `2h` or `7d`; undefined for anything else, for nothing, and beyond 24 days. */
export function readDuration(text: string): number | undefined {
  const found = /^(\d{1,7})([smhd])$/.exec(text);
  const unit = found?.[2];
  if (unit !== "s" && unit !== "m" && unit !== "h" && unit !== "d") return undefined;
  const ms = Number(found?.[1]) * unitMs[unit];
  return ms > 0 && ms <= longestDurationMs ? ms : undefined;
}

/** The same for a text that its document's schema has checked. */
export function parseDuration(text: string): number {
  const ms = readDuration(text);
  if (ms === undefined) throw new GatewayError("internal/unexpected", `"${text}" is no duration`);
  return ms;
}
