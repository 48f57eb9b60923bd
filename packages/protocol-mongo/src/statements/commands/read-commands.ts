import type { Verb } from "@sallyport/shared/statement";
import { find, firstElement } from "../../bson/elements.ts";
import { documentOf, isTruthy, valueIn } from "../../bson/read-value.ts";
import { type Command, always, rule, type CommandRule } from "../command-rule.ts";

const pipelineFields = [
  "pipeline",
  "explain",
  "allowDiskUse",
  "cursor",
  "bypassDocumentValidation",
  "collation",
  "hint",
  "let",
];

/** Commands that read documents; some of them can do more. */
export const readCommands: readonly CommandRule[] = [
  rule(
    "find",
    reading,
    [
      "filter",
      "sort",
      "projection",
      "hint",
      "skip",
      "limit",
      "batchSize",
      "singleBatch",
      "max",
      "min",
      "returnKey",
      "showRecordId",
      "tailable",
      "oplogReplay",
      "noCursorTimeout",
      "awaitData",
      "allowPartialResults",
      "collation",
      "allowDiskUse",
      "let",
    ],
    { namespace: "collection", expressions: ["filter", "projection", "sort", "let"] },
  ),
  rule("aggregate", aggregating, pipelineFields, {
    namespace: "collection-if-text",
    expressions: ["pipeline", "let"],
  }),
  rule("count", reading, ["query", "limit", "skip", "hint", "collation", "fields"], {
    namespace: "collection",
    expressions: ["query"],
  }),
  rule("distinct", reading, ["key", "query", "collation", "hint"], {
    namespace: "collection",
    expressions: ["query"],
  }),
  rule("getMore", always("read"), ["collection", "batchSize"], { namespace: "in-collection-field" }),
  rule(
    "mapReduce",
    (command) => (writesInline(command) ? ["read", "call"] : ["read", "call", "insert", "update", "delete"]),
    [
      "map",
      "reduce",
      "out",
      "query",
      "sort",
      "limit",
      "finalize",
      "scope",
      "jsMode",
      "verbose",
      "bypassDocumentValidation",
      "collation",
    ],
    { aliases: ["mapreduce"], namespace: "collection", expressions: ["query"] },
  ),
];

/** What a read does besides, through its operators. */
export function reading({ powers }: Command): readonly Verb[] {
  return ["read", ...(powers.runsCode ? (["call"] as const) : []), ...(powers.showsServer ? (["admin"] as const) : [])];
}

function aggregating(command: Command): readonly Verb[] {
  const { powers, body } = command;
  const writes: readonly Verb[] = powers.replaces
    ? ["insert", "update", "delete", "create"]
    : powers.writes
      ? ["insert", "update"]
      : [];
  return [...reading(command), ...writes, ...(isTruthy(find(body, "explain")) ? (["explain"] as const) : [])];
}

/** `out: {inline: 1}`; everything else makes or fills a collection. */
function writesInline({ body }: Command): boolean {
  const out = valueIn(body, "out", documentOf);
  return out !== undefined && firstElement(out)?.name === "inline";
}
