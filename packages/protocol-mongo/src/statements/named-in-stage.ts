import type { StatementObject } from "@sallyport/shared/statement";
import { find, type Element } from "../bson/elements.ts";
import { documentOf, stringOf, valueIn } from "../bson/read-value.ts";

/** Where stages name other collections: in their value, or in this field of it. */
const fieldOf: ReadonlyMap<string, string> = new Map([
  ["$lookup", "from"],
  ["$graphLookup", "from"],
  ["$unionWith", "coll"],
  ["$out", "coll"],
  ["$merge", "into"],
]);

/** The collection that a stage names; undefined where it names none, which those may that bring documents of their own; `unread`: in no way that is known. */
export function namedInStage(stage: Element, database: string): StatementObject | undefined | "unread" {
  const field = fieldOf.get(stage.name);
  if (field === undefined) return undefined;
  const plain = stringOf(stage);
  if (plain !== undefined) return { database, name: plain };
  const details = documentOf(stage);
  const named = details === undefined ? undefined : find(details, field);
  if (details === undefined || named === undefined) return details === undefined ? "unread" : undefined;
  const name = stringOf(named);
  if (name !== undefined) return { database: valueIn(details, "db", stringOf) ?? database, name };
  const both = documentOf(named);
  const coll = both === undefined ? undefined : valueIn(both, "coll", stringOf);
  if (both === undefined || coll === undefined) return "unread";
  return { database: valueIn(both, "db", stringOf) ?? database, name: coll };
}
