import type { StatementObject } from "@sallyport/shared/statement";
import type { Element } from "../bson/elements.ts";
import { stringOf, valueIn, wholeNumberOf } from "../bson/read-value.ts";
import { isCollectionName, isCursorName } from "./collection-name.ts";
import type { CommandParts } from "./command-rule.ts";
import { splitFullName } from "./full-name.ts";

/** What a command works on; undefined: the database, or the server. A text says why that cannot be known: a collection is named by a string and by nothing else that servers would take. */
export function ownObject(
  { rule, body, database }: CommandParts,
  first: Element,
): StatementObject | undefined | string {
  const nameless = `The command ${rule.name} does not say which collection it is for.`;
  switch (rule.namespace) {
    case "database":
      return undefined;
    case "collection-or-number":
      if (wholeNumberOf(first) !== undefined) return undefined;
      return named(database, stringOf(first), isCollectionName) ?? nameless;
    case "collection":
      return (
        named(database, stringOf(first), rule.name === "killCursors" ? isCursorName : isCollectionName) ?? nameless
      );
    case "in-collection-field":
      return named(database, valueIn(body, "collection", stringOf), isCursorName) ?? nameless;
    case "full-name":
      return splitFullName(stringOf(first)) ?? nameless;
  }
}

function named(
  database: string,
  name: string | undefined,
  isGood: (name: string) => boolean,
): StatementObject | undefined {
  return name !== undefined && isGood(name) ? { database, name } : undefined;
}
