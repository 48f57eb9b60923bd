import { find } from "../../bson/elements.ts";
import { isTruthy } from "../../bson/read-value.ts";
import { always, rule, type CommandRule } from "../command-rule.ts";

const onCollection = { namespace: "collection" } as const;

/** Commands that make, change or list collections and indexes. */
export const schemaCommands: readonly CommandRule[] = [
  rule(
    "create",
    always("create"),
    [
      "capped",
      "timeseries",
      "expireAfterSeconds",
      "clusteredIndex",
      "changeStreamPreAndPostImages",
      "autoIndexId",
      "size",
      "max",
      "storageEngine",
      "validator",
      "validationLevel",
      "validationAction",
      "indexOptionDefaults",
      "viewOn",
      "pipeline",
      "collation",
      "encryptedFields",
    ],
    { ...onCollection, expressions: ["pipeline", "validator"] },
  ),
  rule("createIndexes", always("create"), ["indexes", "commitQuorum", "ignoreUnknownIndexOptions"], {
    ...onCollection,
    sequences: ["indexes"],
  }),
  rule("createSearchIndexes", always("create"), ["indexes"], onCollection),
  rule("updateSearchIndex", always("alter"), ["id", "name", "definition"], onCollection),
  rule("dropSearchIndex", always("drop"), ["id", "name"], onCollection),
  rule(
    "collMod",
    always("alter"),
    [
      "index",
      "viewOn",
      "pipeline",
      "validator",
      "validationLevel",
      "validationAction",
      "expireAfterSeconds",
      "timeseries",
      "cappedSize",
      "cappedMax",
      "changeStreamPreAndPostImages",
      "dryRun",
    ],
    { ...onCollection, expressions: ["pipeline", "validator"] },
  ),
  rule("drop", always("drop"), [], onCollection),
  rule("dropDatabase", always("drop"), []),
  rule("dropIndexes", always("drop"), ["index"], { ...onCollection, aliases: ["deleteIndexes"] }),
  // it drops the target, makes it anew and takes the source away
  rule("renameCollection", always("alter", "create", "drop"), ["to", "dropTarget"], { namespace: "full-name" }),
  rule("convertToCapped", always("alter", "drop"), ["size"], onCollection),
  rule("cloneCollectionAsCapped", always("create", "read"), ["toCollection", "size"], onCollection),
  rule("reIndex", always("alter"), [], onCollection),
  rule("compact", always("admin"), ["force", "freeSpaceTargetMB", "dryRun"], onCollection),
  rule("setIndexCommitQuorum", always("admin"), ["indexNames", "commitQuorum"], onCollection),
  rule("planCacheClear", always("admin"), ["query", "projection", "sort", "planCacheKey"], onCollection),
  rule("planCacheClearFilters", always("admin"), ["query", "sort", "projection"], onCollection),
  rule("planCacheListFilters", always("admin"), [], onCollection),
  rule("planCacheSetFilter", always("admin"), ["query", "sort", "projection", "indexes"], onCollection),
  // names are shown to whoever may read; definitions hold validators and views, which quote data
  rule(
    "listCollections",
    ({ body }) => (isTruthy(find(body, "nameOnly")) ? ["read"] : ["read", "admin"]),
    ["filter", "nameOnly", "authorizedCollections", "cursor"],
    { expressions: ["filter"] },
  ),
  rule("listDatabases", always("read"), ["filter", "nameOnly", "authorizedDatabases"], { expressions: ["filter"] }),
  rule("listIndexes", always("read"), ["cursor", "includeBuildUUIDs", "includeIndexBuildInfo"], onCollection),
  rule("collStats", always("read"), ["scale", "verbose"], { ...onCollection, aliases: ["collstats"] }),
  rule("dbStats", always("read"), ["scale", "freeStorage"], { aliases: ["dbstats"] }),
  rule("dataSize", always("read"), ["keyPattern", "min", "max", "estimate"], {
    namespace: "full-name",
    aliases: ["datasize"],
  }),
  rule(
    "validate",
    always("admin"),
    ["full", "repair", "metadata", "checkBSONConformance", "background", "scandata"],
    onCollection,
  ),
  rule("dbHash", always("admin"), ["collections"], { aliases: ["dbhash"] }),
];
