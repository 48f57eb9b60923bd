import type { StatementObject } from "@sallyport/shared/statement";
import { isCollectionName } from "./collection-name.ts";

/** `database.collection`, whose first dot parts the two; undefined where it is no such name. */
export function splitFullName(name: string | undefined): StatementObject | undefined {
  const dot = name?.indexOf(".") ?? -1;
  if (name === undefined || dot < 1) return undefined;
  const collection = name.slice(dot + 1);
  return isCollectionName(collection) ? { database: name.slice(0, dot), name: collection } : undefined;
}
