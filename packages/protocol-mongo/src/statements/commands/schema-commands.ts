import type { StatementObject } from "@sallyport/shared/statement";
import type { Verb } from "@sallyport/shared/verb";
import { elementsOf, find } from "../../bson/elements.ts";
import { isTruthy, stringOf, valueIn } from "../../bson/read-value.ts";
import { always, rule, type CommandParts, type CommandRule } from "../command-rule.ts";
import { splitFullName } from "../full-name.ts";
import { itemsOf } from "../items-of.ts";

const onCollection = { namespace: "collection" } as const;

/** Fields of collections and indexes that are handed on to the storage engine as they are. */
const engineFields = ["storageEngine", "indexOptionDefaults"];
/** Databases without which a server does not know itself. */
const serversOwn: ReadonlySet<string> = new Set(["admin", "config", "local"]);

/** Commands that make, change or list collections and indexes. */
export const schemaCommands: readonly CommandRule[] = [
  rule(
    "create",
    creating,
    `capped timeseries expireAfterSeconds clusteredIndex changeStreamPreAndPostImages autoIndexId idIndex size max
     storageEngine validator validationLevel validationAction indexOptionDefaults viewOn pipeline collation
     encryptedFields`,
    { ...onCollection, names: viewedIn },
  ),
  rule("createIndexes", creatingIndexes, "indexes commitQuorum ignoreUnknownIndexOptions", {
    ...onCollection,
    sequences: ["indexes"],
  }),
  rule("createSearchIndexes", always("create"), "indexes", onCollection),
  rule("updateSearchIndex", always("alter"), "id name definition", onCollection),
  rule("dropSearchIndex", always("drop"), "id name", onCollection),
  rule("listSearchIndexes", always("read"), "id name", onCollection),
  rule(
    "collMod",
    (command) => ["alter", ...readingForViews(command)],
    `index viewOn pipeline validator validationLevel validationAction expireAfterSeconds timeseries cappedSize cappedMax
     changeStreamPreAndPostImages dryRun`,
    { ...onCollection, names: viewedIn },
  ),
  rule("drop", always("drop"), "", onCollection),
  rule("dropDatabase", ({ database }) => (serversOwn.has(database) ? ["drop", "admin"] : ["drop"])),
  rule("dropIndexes", always("drop"), "index", { ...onCollection, aliases: ["deleteIndexes"] }),
  // it drops the target, makes it anew and takes the source away
  rule("renameCollection", always("alter", "create", "drop"), "to dropTarget", {
    namespace: "full-name",
    names: ({ body }) => {
      const target = splitFullName(valueIn(body, "to", stringOf));
      return target === undefined ? "The command renameCollection does not say what is to become of it." : [target];
    },
  }),
  rule("convertToCapped", always("alter", "drop"), "size", onCollection),
  rule("cloneCollectionAsCapped", always("create", "read"), "toCollection size", {
    ...onCollection,
    names: ({ body, database }) => {
      const name = valueIn(body, "toCollection", stringOf);
      return name === undefined ? "The command cloneCollectionAsCapped does not say where to." : [{ database, name }];
    },
  }),
  rule("reIndex", always("alter"), "", onCollection),
  // names are shown to whoever may read; definitions hold validators and views, which quote data
  rule(
    "listCollections",
    ({ body }) => (isTruthy(find(body, "nameOnly")) ? ["read"] : ["read", "admin"]),
    "filter nameOnly authorizedCollections cursor",
  ),
  rule("listDatabases", always("read"), "filter nameOnly authorizedDatabases"),
  rule("listIndexes", always("read"), "cursor includeBuildUUIDs includeIndexBuildInfo", onCollection),
  rule("collStats", always("read"), "scale verbose", { ...onCollection, aliases: ["collstats"] }),
  rule("dbStats", always("read"), "scale freeStorage", { aliases: ["dbstats"] }),
  rule("dataSize", always("read"), "keyPattern min max estimate", { namespace: "full-name", aliases: ["datasize"] }),
];

function creating(command: CommandParts): readonly Verb[] {
  const isTuned = engineFields.some((field) => find(command.body, field) !== undefined);
  return ["create", ...readingForViews(command), ...(isTuned ? (["admin"] as const) : [])];
}

function creatingIndexes(command: CommandParts): readonly Verb[] {
  for (const index of itemsOf(command, "indexes")) {
    for (const { name } of elementsOf(index)) if (engineFields.includes(name)) return ["create", "admin"];
  }
  return ["create"];
}

/** Who makes a view can read by it what it is on. */
function readingForViews({ body }: CommandParts): readonly Verb[] {
  return find(body, "viewOn") === undefined ? [] : ["read"];
}

function viewedIn({ body, database }: CommandParts): readonly StatementObject[] | string {
  const element = find(body, "viewOn");
  if (element === undefined) return [];
  const name = stringOf(element);
  return name === undefined ? "What the view is on is no name." : [{ database, name }];
}
