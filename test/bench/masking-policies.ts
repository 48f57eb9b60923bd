const read = { rules: [{ allow: ["read", "copy-out"], on: ["public.*"] }] };

function masked(columns: Readonly<Record<string, string | object>>): object {
  const masks = Object.entries(columns).map(([column, mask]) => ({ columns: [`public.people.${column}`], with: mask }));
  return { ...read, masks };
}

/** Policies under which the same result is read, by the principal that each is for: two of its ten columns are masked, in all but the first. */
export const maskingPolicies = {
  unmasked: read,
  redact: masked({ email: "redact", card: "redact" }),
  email: masked({ email: "email", card: { partial: 4 } }),
  hash: masked({ email: "hash", card: "hash" }),
  format: masked({ email: "format", card: "format" }),
  find: { ...read, masks: [{ find: ["card-number", "us-ssn"], with: "redact" }] },
  everything: {
    ...read,
    masks: [
      { find: ["card-number", "us-ssn", "iban", "email", "phone", "jwt", "cloud-key", "private-key"], with: "redact" },
    ],
  },
} as const;

export type MaskingPolicy = keyof typeof maskingPolicies;
