import { InvalidArgumentError } from "commander";

const seconds: Readonly<Record<string, number>> = { s: 1, min: 60, m: 60, h: 3600, d: 86_400 };

/** Reads `30m`, `8h`, `7d` or a number of seconds; into seconds. */
export function parseDuration(text: string): number {
  const [, number, unit = "s"] = /^(\d{1,8})(s|min|m|h|d)?$/.exec(text) ?? [];
  const each = seconds[unit];
  if (number === undefined || each === undefined || Number(number) === 0)
    throw new InvalidArgumentError("Write it as 30m, 8h or 7d.");
  return Number(number) * each;
}

/** Reads how many items are wanted. */
export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return Number(text);
}
