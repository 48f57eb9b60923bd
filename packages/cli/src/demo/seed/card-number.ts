import type { Random } from "./random.ts";

/** The ranges that payment providers publish for tests: such numbers pass every check and belong to nobody. */
const testRanges = [
  { prefix: "424242", length: 16 },
  { prefix: "411111", length: 16 },
  { prefix: "400005", length: 16 },
  { prefix: "555555", length: 16 },
  { prefix: "510510", length: 16 },
  { prefix: "222300", length: 16 },
  { prefix: "378282", length: 15 },
  { prefix: "601111", length: 16 },
] as const;

/** An invented card number that is valid by Luhn's check digit. */
export function cardNumber(random: Random): string {
  const { prefix, length } = random.pick(testRanges);
  let digits: string = prefix;
  while (digits.length < length - 1) digits += String(random.below(10));
  return digits + String(luhnCheckDigit(digits));
}

/** ISO/IEC 7812-1 annex B: every second digit from the right, beginning with the last, is doubled. */
function luhnCheckDigit(digits: string): number {
  const sum = Array.from(digits, Number)
    .toReversed()
    .map((digit, index) => (index % 2 === 0 ? digit * 2 : digit))
    .reduce((total, value) => total + (value > 9 ? value - 9 : value), 0);
  return (10 - (sum % 10)) % 10;
}
