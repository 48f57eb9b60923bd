import { elementsOf } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { arrayOf, documentOf, valueIn } from "../bson/read-value.ts";
import { documentsOf } from "../messages/op-msg.ts";
import type { CommandParts } from "./command-rule.ts";

/** The documents of a field, in the body or beside it, one at a time: there may be a hundred thousand. What else stands in the list is left out. */
export function* itemsOf({ body, sequences }: CommandParts, field: string): Generator<RawDocument, void, undefined> {
  const sequence = sequences.find(({ identifier }) => identifier === field);
  if (sequence !== undefined) return yield* documentsOf(sequence, "protocol/malformed");
  const array = valueIn(body, field, arrayOf);
  if (array === undefined) return;
  for (const element of elementsOf(array)) {
    const item = documentOf(element);
    if (item !== undefined) yield item;
  }
}
