import type { CommandRule } from "./command-rule.ts";
import { words } from "./words.ts";

/** Fields that any command may have, whatever it is. */
const common: ReadonlySet<string> = new Set(
  words(`
    $db lsid txnNumber autocommit startTransaction $readPreference $clusterTime readConcern writeConcern apiVersion
    apiStrict apiDeprecationErrors comment maxTimeMS
  `),
);

/** Not part of what a statement says: they change with every one. */
export const leftOutOfRecord: ReadonlySet<string> = new Set(
  words("lsid txnNumber $clusterTime $readPreference apiVersion"),
);

/** Whether any command may have this field. */
export function isCommonField(name: string): boolean {
  return common.has(name);
}

/** Whether a command may have this field behind its first one, which is the command itself. Never those by which servers speak for others. */
export function isKnownField({ fields }: CommandRule, name: string): boolean {
  return common.has(name) || (fields === "any" ? !name.startsWith("$") : fields.has(name));
}
