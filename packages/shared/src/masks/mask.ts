/**
 * What is shown in a value's place. `redact`: a fixed placeholder of the column's type. `null`. `partial`: stars, and the last characters as
 * they are. `email`: the first letter and the domain's ending. `hash`: the same text for the same value, so that joins still work.
 * `format`: letters become x, digits 0, the rest stays.
 */
export type Mask =
  | { readonly kind: "redact" | "null" | "email" | "hash" | "format" }
  | { readonly kind: "partial"; readonly keepLast: number };

export const detectorNames = [
  "card-number",
  "us-ssn",
  "iban",
  "email",
  "phone",
  "jwt",
  "cloud-key",
  "private-key",
] as const;

/** What is found by its content, wherever it stands. */
export type DetectorName = (typeof detectorNames)[number];

/** A detector and what its finds become. */
export interface Find {
  readonly detector: DetectorName | { readonly pattern: string };
  readonly mask: Mask;
}
