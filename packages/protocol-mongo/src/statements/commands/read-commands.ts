import type { StatementObject } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { countElements, find } from "../../bson/elements.ts";
import { arrayOf, documentOf, mayBeTrue, stringOf, valueIn } from "../../bson/read-value.ts";
import { always, rule, type CommandParts, type CommandRule } from "../command-rule.ts";

const onCollection = { namespace: "collection" } as const;

/** Commands that read documents; some of them can do more. */
export const readCommands: readonly CommandRule[] = [
  rule(
    "find",
    always("read"),
    `filter sort projection hint skip limit batchSize singleBatch max min returnKey showRecordId tailable oplogReplay
     noCursorTimeout awaitData allowPartialResults collation allowDiskUse let encryptionInformation`,
    onCollection,
  ),
  rule(
    "aggregate",
    aggregating,
    "pipeline explain allowDiskUse cursor bypassDocumentValidation collation hint let encryptionInformation",
    { namespace: "collection-or-number" },
  ),
  rule("count", always("read"), "query limit skip hint collation fields encryptionInformation", onCollection),
  rule("distinct", always("read"), "key query collation hint", onCollection),
  rule("getMore", always("read"), "collection batchSize", { namespace: "in-collection-field" }),
  rule(
    "mapReduce",
    reducing,
    "map reduce out query sort limit finalize scope jsMode verbose bypassDocumentValidation collation",
    { ...onCollection, aliases: ["mapreduce"], names: reducedInto },
  ),
];

/** What its stages do besides is found by whoever looks for powers. */
function aggregating({ body }: CommandParts): readonly Verb[] | string {
  if (valueIn(body, "pipeline", arrayOf) === undefined) return "The command aggregate has no array of stages.";
  return mayBeTrue(find(body, "explain")) ? ["read", "explain"] : ["read"];
}

function reducing({ body }: CommandParts): readonly Verb[] {
  return staysInline(body) ? ["read", "call"] : ["read", "call", "insert", "update", "delete", "create"];
}

/** `out: {inline: 1}`; everything else makes or fills a collection. */
function staysInline(body: CommandParts["body"]): boolean {
  const out = valueIn(body, "out", documentOf);
  return out !== undefined && find(out, "inline") !== undefined && countElements(out) === 1;
}

function reducedInto({ body, database }: CommandParts): readonly StatementObject[] | string {
  if (staysInline(body)) return [];
  const plain = valueIn(body, "out", stringOf);
  if (plain !== undefined) return [{ database, name: plain }];
  const out = valueIn(body, "out", documentOf);
  for (const how of ["replace", "merge", "reduce"]) {
    const name = out === undefined ? undefined : valueIn(out, how, stringOf);
    if (out !== undefined && name !== undefined) {
      return [{ database: valueIn(out, "db", stringOf) ?? database, name }];
    }
  }
  return "The command mapReduce does not say where its results are to go.";
}
