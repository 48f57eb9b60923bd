import type { Command } from "./command-rule.ts";

/** Fields that any command may have, whatever it is. */
const common: ReadonlySet<string> = new Set([
  "$db",
  "lsid",
  "txnNumber",
  "autocommit",
  "startTransaction",
  "$readPreference",
  "$clusterTime",
  "readConcern",
  "writeConcern",
  "apiVersion",
  "apiStrict",
  "apiDeprecationErrors",
  "comment",
  "maxTimeMS",
]);

/** Not part of what a statement says: they change with every one. */
export const leftOutOfRecord: ReadonlySet<string> = new Set([
  "$db",
  "lsid",
  "$clusterTime",
  "$readPreference",
  "apiVersion",
]);

/** Whether a command may have this field. The first field is the command itself. */
export function isKnownField({ name, aliases, fields }: Command["rule"], field: string): boolean {
  return field === name || aliases.includes(field) || common.has(field) || fields === "any" || fields.includes(field);
}
