import type { Verb } from "@sallyport/shared/statement";
import { find, elementsOf, firstElement } from "../../bson/elements.ts";
import type { RawDocument } from "../../bson/raw-document.ts";
import { arrayOf, documentOf, isTruthy, valueIn } from "../../bson/read-value.ts";
import { documentsOf } from "../../messages/op-msg.ts";
import { type Command, always, rule, type CommandRule } from "../command-rule.ts";

const ordering = ["ordered", "bypassDocumentValidation"];

/** Commands that change documents. */
export const writeCommands: readonly CommandRule[] = [
  rule("insert", always("insert"), ["documents", "bypassEmptyTsReplacement", ...ordering], {
    namespace: "collection",
    sequences: ["documents"],
  }),
  rule("update", updating, ["updates", "let", "bypassEmptyTsReplacement", ...ordering], {
    namespace: "collection",
    sequences: ["updates"],
    expressions: ["updates", "let"],
  }),
  rule("delete", ({ powers }) => ["delete", ...codeIn(powers)], ["deletes", "let", ...ordering], {
    namespace: "collection",
    sequences: ["deletes"],
    expressions: ["deletes", "let"],
  }),
  rule(
    "findAndModify",
    modifying,
    [
      "query",
      "sort",
      "remove",
      "update",
      "new",
      "fields",
      "upsert",
      "bypassDocumentValidation",
      "bypassEmptyTsReplacement",
      "collation",
      "arrayFilters",
      "hint",
      "let",
    ],
    {
      aliases: ["findandmodify"],
      namespace: "collection",
      expressions: ["query", "update", "fields", "arrayFilters", "let"],
    },
  ),
  rule(
    "bulkWrite",
    writingInBulk,
    ["ops", "nsInfo", "let", "errorsOnly", "cursor", "bypassEmptyTsReplacement", ...ordering],
    {
      sequences: ["ops", "nsInfo"],
      expressions: ["ops", "let"],
    },
  ),
];

function updating(command: Command): readonly Verb[] {
  const upserts = itemsOf(command, "updates").some((item) => isTruthy(find(item, "upsert")));
  return ["update", ...(upserts ? (["insert"] as const) : []), ...codeIn(command.powers)];
}

function modifying({ body, powers }: Command): readonly Verb[] {
  const verbs: Verb[] = ["read", isTruthy(find(body, "remove")) ? "delete" : "update"];
  if (isTruthy(find(body, "upsert"))) verbs.push("insert");
  return [...verbs, ...codeIn(powers)];
}

/** Each operation says by its first field what it is. */
function writingInBulk(command: Command): readonly Verb[] | string {
  const verbs = new Set<Verb>();
  for (const item of itemsOf(command, "ops")) {
    const kind = firstElement(item)?.name;
    if (kind !== "insert" && kind !== "update" && kind !== "delete")
      return "An operation is neither insert, update nor delete.";
    verbs.add(kind);
    if (isTruthy(find(item, "upsert"))) verbs.add("insert");
  }
  return [...verbs, ...codeIn(command.powers)];
}

function codeIn({ runsCode }: Command["powers"]): readonly Verb[] {
  return runsCode ? ["call"] : [];
}

/** The documents of a field, in the body or beside it. */
export function itemsOf({ body, sequences }: Command, field: string): readonly RawDocument[] {
  const sequence = sequences.find(({ identifier }) => identifier === field);
  if (sequence !== undefined) return [...documentsOf(sequence, "protocol/malformed")];
  const array = valueIn(body, field, arrayOf);
  return array === undefined ? [] : [...elementsOf(array)].map(documentOf).filter((item) => item !== undefined);
}
