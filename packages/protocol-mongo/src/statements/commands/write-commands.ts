import type { StatementObject } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { elementsOf, find } from "../../bson/elements.ts";
import type { RawDocument } from "../../bson/raw-document.ts";
import { isTruthy, mayBeTrue, stringOf, valueIn } from "../../bson/read-value.ts";
import { always, rule, type CommandParts, type CommandRule } from "../command-rule.ts";
import { itemsOf } from "../items-of.ts";
import { splitFullName } from "../full-name.ts";

const kinds = ["insert", "update", "delete"] as const;

/** Commands that change documents. */
export const writeCommands: readonly CommandRule[] = [
  rule(
    "insert",
    always("insert"),
    "documents ordered bypassDocumentValidation bypassEmptyTsReplacement encryptionInformation",
    { namespace: "collection", sequences: ["documents"], data: ["documents"] },
  ),
  rule(
    "update",
    updating,
    "updates ordered let bypassDocumentValidation bypassEmptyTsReplacement encryptionInformation",
    { namespace: "collection", sequences: ["updates"] },
  ),
  rule("delete", always("delete"), "deletes ordered let encryptionInformation", {
    namespace: "collection",
    sequences: ["deletes"],
  }),
  rule(
    "findAndModify",
    modifying,
    `query sort remove update new fields upsert bypassDocumentValidation bypassEmptyTsReplacement collation arrayFilters
     hint let encryptionInformation`,
    { aliases: ["findandmodify"], namespace: "collection" },
  ),
  // its inserts hold data and its updates operators: all of it is looked through
  rule(
    "bulkWrite",
    writingInBulk,
    "ops nsInfo ordered let errorsOnly cursor bypassDocumentValidation bypassEmptyTsReplacement",
    { sequences: ["ops", "nsInfo"], names: namedInBulk },
  ),
];

function updating(command: CommandParts): readonly Verb[] {
  for (const item of itemsOf(command, "updates")) if (mayBeTrue(find(item, "upsert"))) return ["update", "insert"];
  return ["update"];
}

/** `remove` may be of a type that servers read in their own ways: then it does either. */
function modifying({ body }: CommandParts): readonly Verb[] {
  const remove = find(body, "remove");
  const verbs: Verb[] = ["read"];
  if (!isTruthy(remove)) verbs.push("update");
  if (mayBeTrue(remove)) verbs.push("delete");
  if (mayBeTrue(find(body, "upsert"))) verbs.push("insert");
  return verbs;
}

function writingInBulk(command: CommandParts): readonly Verb[] | string {
  const verbs = new Set<Verb>();
  for (const item of itemsOf(command, "ops")) {
    const kind = kindOf(item);
    if (kind === undefined) return "An operation is neither insert, update nor delete.";
    verbs.add(kind);
    if (mayBeTrue(find(item, "upsert"))) verbs.add("insert");
  }
  return verbs.size === 0 ? "There are no operations." : [...verbs];
}

/** Each operation says by its first field what it is; none may say two things. */
function kindOf(item: RawDocument): (typeof kinds)[number] | undefined {
  const [first, ...more] = [...elementsOf(item)].map(({ name }) => kinds.find((kind) => kind === name));
  return more.some((kind) => kind !== undefined) ? undefined : first;
}

function namedInBulk(command: CommandParts): readonly StatementObject[] | string {
  const objects: StatementObject[] = [];
  for (const item of itemsOf(command, "nsInfo")) {
    const object = splitFullName(valueIn(item, "ns", stringOf));
    if (object === undefined) return "A namespace of the command bulkWrite is not read.";
    objects.push(object);
  }
  return objects;
}
