export const verbs = [
  "read",
  "insert",
  "update",
  "delete",
  "merge",
  "truncate",
  "create",
  "alter",
  "drop",
  "grant",
  "revoke",
  "call",
  "copy-in",
  "copy-out",
  "explain",
  "session",
  "transaction",
  "lock",
  "listen",
  "notify",
  "admin",
  "unknown",
] as const;

/** What a statement does, in the words policy uses. `unknown` is never allowed by any policy. */
export type Verb = (typeof verbs)[number];
