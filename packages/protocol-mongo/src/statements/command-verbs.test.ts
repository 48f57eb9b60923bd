import { Decimal128 } from "bson";
import { describe, expect, it } from "vitest";
import { verbsOfCommand, verbsOfText } from "./testing/read-with.ts";

/** What commands do, as Extended JSON. Verbs in the vocabulary's order. */
const table: Readonly<Record<string, readonly (readonly [command: string, verbs: string])[]>> = {
  reads: [
    ['{"find":"t","filter":{"a":1},"sort":{"a":1},"limit":1,"singleBatch":true}', "read"],
    ['{"find":"t","batchSize":2,"filter":{},"let":{"x":1},"comment":{"$where":"no filter"}}', "read"],
    ['{"count":"t","query":{"a":1}}', "read"],
    ['{"distinct":"t","key":"a","query":{"a":1}}', "read"],
    ['{"getMore":{"$numberLong":"7"},"collection":"t"}', "read"],
    ['{"getMore":{"$numberLong":"7"},"collection":"$cmd.listCollections"}', "read"],
    ['{"aggregate":"t","pipeline":[{"$match":{}},{"$group":{"_id":1,"n":{"$sum":1}}}],"cursor":{}}', "read"],
    ['{"aggregate":1,"pipeline":[{"$documents":[{"a":1}]}],"cursor":{}}', "read"],
    ['{"aggregate":"t","pipeline":[],"explain":true}', "read explain"],
    ['{"aggregate":"t","pipeline":[{"$changeStream":{}}],"cursor":{}}', "read"],
    ['{"find":"t","filter":{"pipeline":[{"$size":1}]}}', "unknown"],
    ['{"find":"t","filter":{"pipeline":[{"stage":1}]}}', "read"],
    ['{"find":"t","startTransaction":true,"autocommit":false,"txnNumber":{"$numberLong":"1"}}', "read transaction"],
  ],
  "reads that do more": [
    ['{"aggregate":"t","pipeline":[{"$out":"u"}]}', "read insert update delete create"],
    ['{"aggregate":"t","pipeline":[{"$out":{"db":"d","coll":"u"}}]}', "read insert update delete create"],
    ['{"aggregate":"t","pipeline":[{"$merge":{"into":"u"}}]}', "read insert update"],
    ['{"aggregate":"t","pipeline":[{"$facet":{"a":[{"$merge":"u"}]}}]}', "read insert update"],
    [
      '{"aggregate":"t","pipeline":[{"$lookup":{"from":"u","pipeline":[{"$out":"v"}]}}]}',
      "read insert update delete create",
    ],
    ['{"aggregate":"t","pipeline":[{"$merge":"u"}],"explain":true}', "read insert update explain"],
    ['{"explain":{"aggregate":"t","pipeline":[{"$merge":"u"}],"cursor":{}}}', "read insert update explain"],
    ['{"find":"t","filter":{"$where":"true"}}', "read call"],
    ['{"find":"t","filter":{"$expr":{"$function":{"body":"","args":[],"lang":"js"}}}}', "read call"],
    ['{"find":"t","projection":{"x":{"$function":{}}}}', "read call"],
    ['{"find":"t","sort":{"x":{"$function":{}}}}', "read call"],
    ['{"find":"t","hint":{"x":{"$function":{}}}}', "read call"],
    ['{"aggregate":"t","pipeline":[],"let":{"x":{"$function":{}}}}', "read call"],
    ['{"aggregate":"t","pipeline":[{"$group":{"_id":1,"x":{"$accumulator":{}}}}]}', "read call"],
    ['{"find":"t","filter":{"a":{"$code":"x"}}}', "read call"],
    ['{"find":"t","filter":{"a":{"$code":"x","$scope":{}}}}', "read call"],
    ['{"count":"t","query":{"$or":[{"$where":"1"}]}}', "read call"],
    ['{"listCollections":1,"nameOnly":true,"filter":{"$expr":{"$function":{}}}}', "read call"],
    ['{"mapReduce":"t","map":"","reduce":"","out":{"inline":1}}', "read call"],
    ['{"mapreduce":"t","map":"","reduce":"","out":"u"}', "read insert update delete create call"],
    [
      '{"mapReduce":"t","map":"","reduce":"","out":{"inline":1,"replace":"u"}}',
      "read insert update delete create call",
    ],
    ['{"mapReduce":"t","map":"","reduce":""}', "unknown"],
  ],
  "looking at servers": [
    ['{"aggregate":1,"pipeline":[{"$currentOp":{}}],"$db":"admin"}', "read admin"],
    ['{"aggregate":1,"pipeline":[{"$listLocalSessions":{}}]}', "read admin"],
    ['{"aggregate":"t","pipeline":[{"$planCacheStats":{}}]}', "read admin"],
    ['{"aggregate":1,"pipeline":[{"$changeStream":{"allChangesForCluster":true}}],"$db":"admin"}', "read admin"],
    ['{"find":"system.users","$db":"admin"}', "read admin"],
    ['{"find":"system.profile"}', "read admin"],
    ['{"find":"system.views"}', "read admin"],
    ['{"find":"oplog.rs","$db":"local"}', "read admin"],
    ['{"find":"transactions","$db":"config"}', "read admin"],
    [
      '{"aggregate":"t","pipeline":[{"$lookup":{"from":{"db":"local","coll":"oplog.rs"},"pipeline":[],"as":"x"}}]}',
      "read admin",
    ],
    ['{"aggregate":"t","pipeline":[{"$unionWith":"system.profile"}]}', "read admin"],
    [
      '{"aggregate":"t","pipeline":[{"$merge":{"into":{"db":"admin","coll":"system.users"}}}]}',
      "read insert update admin",
    ],
    ['{"insert":"system.js","documents":[{"_id":"f"}]}', "insert admin"],
    ['{"insert":"system.users","documents":[],"$db":"admin"}', "insert admin"],
    ['{"getMore":{"$numberLong":"7"},"collection":"system.profile"}', "read admin"],
    ['{"getParameter":"*"}', "admin"],
    ['{"getParameter":{"showDetails":true,"allParameters":true}}', "admin"],
    ['{"getParameter":{"allParameters":true},"featureCompatibilityVersion":1}', "admin"],
    ['{"getParameter":1,"featureCompatibilityVersion":1,"logLevel":1}', "admin"],
    ['{"getParameter":1,"logLevel":1}', "admin"],
    ['{"getLog":"global"}', "admin"],
    ['{"getLog":"*"}', "admin"],
    ...["serverStatus", "top", "hostInfo", "currentOp", "profile", "setParameter", "fsync", "shutdown", "killOp"].map(
      (name) => [`{"${name}":1}`, "admin"] as const,
    ),
    ...["validate", "compact", "planCacheClear"].map((name) => [`{"${name}":"t"}`, "admin"] as const),
    ['{"serverStatus":1,"$audit":{"$impersonatedUser":{}}}', "unknown"],
  ],
  writes: [
    ['{"insert":"t","documents":[{"a":{"$where":"data","$out":"data"}}]}', "insert"],
    ['{"insert":"t","documents":[],"bypassDocumentValidation":true}', "insert admin"],
    ['{"update":"t","updates":[{"q":{},"u":{"$set":{"a":1}}}]}', "update"],
    ['{"update":"t","updates":[{"q":{},"u":{},"upsert":false},{"q":{},"u":{},"upsert":true}]}', "insert update"],
    ['{"update":"t","updates":[{"q":{"$where":"1"},"u":{}}]}', "update call"],
    ['{"update":"t","updates":[{"q":{},"u":[{"$set":{"a":{"$function":{}}}}]}]}', "update call"],
    ['{"delete":"t","deletes":[{"q":{},"limit":0}]}', "delete"],
    ['{"delete":"t","deletes":[{"q":{"$where":"1"},"limit":0}]}', "delete call"],
    ['{"findAndModify":"t","query":{},"update":{"a":1}}', "read update"],
    ['{"findandmodify":"t","remove":true}', "read delete"],
    ['{"findAndModify":"t","update":{},"upsert":1}', "read insert update"],
    ['{"findAndModify":"t","remove":{"$numberDecimal":"1"}}', "read update delete"],
    ['{"findAndModify":"t","findandmodify":"u","update":{}}', "unknown"],
    ['{"bulkWrite":1,"ops":[{"insert":0,"document":{}}],"nsInfo":[{"ns":"a.b"}]}', "insert"],
    ['{"bulkWrite":1,"ops":[{"update":0,"filter":{},"updateMods":{},"upsert":true}],"nsInfo":[]}', "insert update"],
    ['{"bulkWrite":1,"ops":[{"delete":0,"filter":{"$where":"1"}}],"nsInfo":[{"ns":"a.b"}]}', "delete call"],
    ['{"bulkWrite":1,"ops":[{"insert":0,"document":{}}],"nsInfo":[{"ns":"admin.system.users"}]}', "insert admin"],
    ['{"bulkWrite":1,"ops":[],"nsInfo":[]}', "unknown"],
    ['{"bulkWrite":1,"ops":[{"insert":0,"delete":0}],"nsInfo":[]}', "unknown"],
    ['{"bulkWrite":1,"ops":[{"filter":{},"delete":0}],"nsInfo":[]}', "unknown"],
    ['{"bulkWrite":1,"ops":[{"insert":0}],"nsInfo":[{"ns":"a"}]}', "unknown"],
  ],
  schema: [
    ['{"create":"t","capped":true,"size":1}', "create"],
    ['{"create":"v","viewOn":"t","pipeline":[]}', "read create"],
    ['{"create":"v","viewOn":"t","pipeline":[{"$project":{"x":{"$function":{}}}}]}', "read create call"],
    ['{"create":"v","viewOn":"system.users","pipeline":[],"$db":"admin"}', "read create admin"],
    ['{"create":"t","storageEngine":{"wiredTiger":{"configString":"x"}}}', "create admin"],
    ['{"createIndexes":"t","indexes":[{"key":{"a":1},"name":"a"}]}', "create"],
    ['{"createIndexes":"t","indexes":[{"key":{"a":1},"name":"a","storageEngine":{}}]}', "create admin"],
    ['{"collMod":"t","validator":{}}', "alter"],
    ['{"collMod":"v","viewOn":"t","pipeline":[]}', "read alter"],
    ['{"drop":"t"}', "drop"],
    ['{"dropDatabase":1}', "drop"],
    ['{"dropDatabase":1,"$db":"admin"}', "drop admin"],
    ['{"dropIndexes":"t","index":"*"}', "drop"],
    ['{"deleteIndexes":"t","index":"*"}', "drop"],
    ['{"renameCollection":"shop.t","to":"shop.u","$db":"admin"}', "create alter drop"],
    ['{"renameCollection":"shop.t","to":"admin.system.users","$db":"admin"}', "create alter drop admin"],
    ['{"renameCollection":"shop.t","$db":"admin"}', "unknown"],
    ['{"convertToCapped":"t","size":1}', "alter drop"],
    ['{"listCollections":1,"nameOnly":true}', "read"],
    ['{"listCollections":1}', "read admin"],
    ['{"listCollections":1,"nameOnly":{"$numberDecimal":"0"}}', "read admin"],
    ['{"listDatabases":1,"nameOnly":true}', "read"],
    ['{"listIndexes":"t"}', "read"],
    ['{"collStats":"t"}', "read"],
    ['{"dbStats":1}', "read"],
    ['{"dataSize":"shop.t"}', "read"],
    ['{"dataSize":"t"}', "unknown"],
  ],
  accounts: [
    ['{"createUser":"u","pwd":"x","roles":["root"]}', "create grant admin"],
    ['{"updateUser":"u","pwd":"x"}', "alter admin"],
    ['{"updateUser":"u","roles":[]}', "alter grant admin"],
    ['{"dropUser":"u"}', "drop admin"],
    ['{"grantRolesToUser":"u","roles":["r"]}', "grant admin"],
    ['{"revokeRolesFromUser":"u","roles":["r"]}', "revoke admin"],
    ['{"createRole":"r","privileges":[],"roles":[]}', "create grant admin"],
    ['{"usersInfo":1}', "admin"],
  ],
  sessions: [
    ['{"ping":1}', "session"],
    ['{"endSessions":[]}', "session"],
    ['{"killCursors":"t","cursors":[]}', "session"],
    ['{"killCursors":"$cmd.aggregate","cursors":[]}', "session"],
    ['{"commitTransaction":1,"txnNumber":{"$numberLong":"1"},"autocommit":false}', "transaction"],
    ['{"abortTransaction":1}', "transaction"],
  ],
  "not to be read": [
    ['{"frobnicate":1}', "not-found"],
    ["{}", "not-found"],
    ['{"FIND":"t"}', "not-found"],
    ['{"constructor":1}', "not-found"],
    ['{"__proto__x":1}', "not-found"],
    ['{"$query":{"find":"t"}}', "not-found"],
    ['{"filter":{},"find":"t"}', "not-found"],
    ['{"_shardsvrDropCollection":"t"}', "not-found"],
    ...[
      "saslStart",
      "logout",
      "authenticate",
      "killAllSessions",
      "killSessions",
      "releaseMemory",
      "applyOps",
      "$eval",
      "copydb",
    ].map((name) => [`{"${name}":1}`, "unknown"] as const),
    ['{"find":"t","surprise":1}', "unknown"],
    ['{"find":"t","ping":1}', "unknown"],
    ['{"find":1}', "unknown"],
    ['{"find":""}', "unknown"],
    ['{"find":"t\\u0000u"}', "unknown"],
    ['{"find":"$cmd.sys.inprog"}', "unknown"],
    ['{"find":{"$binary":{"base64":"MDEyMzQ1Njc4OWFiY2RlZg==","subType":"04"}}}', "unknown"],
    ['{"find":{"$symbol":"t"}}', "unknown"],
    ['{"find":{"$code":"t"}}', "unknown"],
    ['{"aggregate":{"$binary":{"base64":"MDEyMzQ1Njc4OWFiY2RlZg==","subType":"04"}},"pipeline":[]}', "unknown"],
    ['{"aggregate":"t","pipeline":{"0":{"$match":{}}}}', "unknown"],
    ['{"aggregate":"t","cursor":{}}', "unknown"],
    ['{"aggregate":"t","pipeline":[],"fromMongos":true}', "unknown"],
    ['{"aggregate":"t","pipeline":[{"$backupCursor":{}}]}', "unknown"],
    ['{"aggregate":"t","pipeline":[{"$facet":{"a":[{"$mergeCursors":{}}]}}]}', "unknown"],
    ['{"aggregate":"t","pipeline":[{"$lookup":{"from":"u","pipeline":[{"$noStage":1}]}}]}', "unknown"],
    ['{"aggregate":"t","pipeline":[{"$rankFusion":{"input":{"pipelines":{"a":[{"$noStage":1}]}}}}]}', "unknown"],
    ['{"aggregate":"t","pipeline":[{"$group":{"_id":1,"a":{"$_internalJsReduce":{}}}}]}', "unknown"],
    ['{"aggregate":"t","pipeline":[{"$lookup":{"from":5}}]}', "unknown"],
    ['{"aggregate":"t","pipeline":[{"$out":7}]}', "unknown"],
    ['{"getMore":{"$numberLong":"7"}}', "unknown"],
    ['{"explain":{"drop":"t"}}', "unknown"],
    ['{"explain":{"getMore":{"$numberLong":"7"},"collection":"t"}}', "unknown"],
    ['{"explain":{"explain":{"find":"t"}}}', "unknown"],
    ['{"explain":{"find":"t","$db":"hr"}}', "unknown"],
    ['{"explain":{"find":"t","lsid":{}}}', "unknown"],
    ['{"explain":"t"}', "unknown"],
  ],
};

describe.each(Object.entries(table))("%s", (_what, rows) => {
  it.each(rows)("%s", (command, verbs) => {
    expect(verbsOfText(command)).toBe(verbs);
  });
});

describe("explain", () => {
  it.each([
    ['{"find":"t"}', "read explain"],
    ['{"delete":"t","deletes":[{"q":{},"limit":0}]}', "delete explain"],
    ['{"findAndModify":"t","remove":true}', "read delete explain"],
    ['{"find":"t","filter":{"$where":"1"}}', "read call explain"],
    ['{"find":"system.profile"}', "read explain admin"],
  ])("of %s", (command, verbs) => {
    for (const verbosity of ["queryPlanner", "executionStats"]) {
      expect(verbsOfText(`{"explain":${command},"verbosity":"${verbosity}"}`)).toBe(verbs);
    }
  });
});

describe("document sequences", () => {
  it("are read as the field they stand for", () => {
    expect(verbsOfCommand({ delete: "t" }, { deletes: [{ q: { $where: "1" }, limit: 0 }] })).toBe("delete call");
    expect(
      verbsOfCommand(
        { update: "t" },
        {
          updates: [
            { q: {}, u: {} },
            { q: {}, u: {}, upsert: 1 },
          ],
        },
      ),
    ).toBe("insert update");
    expect(verbsOfCommand({ insert: "t" }, { documents: [{ $where: "data" }] })).toBe("insert");
    const ops = [{ update: 0, filter: {}, updateMods: {}, upsert: new Decimal128("1") }];
    expect(verbsOfCommand({ bulkWrite: 1 }, { ops, nsInfo: [{ ns: "shop.t" }] })).toBe("insert update");
  });

  it.each([
    ["of another command", { find: "t" }, { documents: [{}] }],
    ["that would be a pipeline", { aggregate: "t" }, { pipeline: [{ $match: {} }] }],
    ["of a field that is no list of documents", { insert: "t" }, { lsid: [{}] }],
    ["with a path for a name", { insert: "t" }, { "documents.0": [{}] }],
  ])("are refused: %s", (_what, command, sequences) => {
    expect(verbsOfCommand(command, sequences)).toBe("unknown");
  });
});
