import { describe, expect, it } from "vitest";
import { verbsOfText } from "./testing/read-with.ts";

const lsid = '"lsid":{"id":{"$binary":{"base64":"ZmVkY2JhOTg3NjU0MzIxMA==","subType":"04"}}}';

/** What clients send by themselves, under a policy that lets them read. Captured between client and server; Compass from its source. */
const commands: Readonly<Record<string, readonly string[]>> = {
  drivers: [
    `{"ping":1,"$db":"admin",${lsid}}`,
    `{"find":"orders","batchSize":2,"filter":{},"$db":"shop",${lsid},"$readPreference":{"mode":"primaryPreferred"}}`,
    `{"find":"t","filter":{},"limit":1,"singleBatch":true,"apiVersion":"1","apiStrict":true,"apiDeprecationErrors":true}`,
    `{"aggregate":"t","pipeline":[{"$match":{}},{"$group":{"_id":1,"n":{"$sum":1}}}],"cursor":{},"readConcern":{"level":"local"}}`,
    `{"count":"t","maxTimeMS":5000,"comment":"page",${lsid},"$clusterTime":{"clusterTime":{"$timestamp":{"t":1,"i":1}}}}`,
    `{"getMore":{"$numberLong":"7"},"collection":"t","batchSize":2,"maxTimeMS":500}`,
    `{"find":"t","filter":{},${lsid},"txnNumber":{"$numberLong":"1"},"startTransaction":true,"autocommit":false}`,
    `{"commitTransaction":1,${lsid},"txnNumber":{"$numberLong":"1"},"autocommit":false,"recoveryToken":{},"writeConcern":{"w":"majority"}}`,
    `{"abortTransaction":1,${lsid},"txnNumber":{"$numberLong":"1"},"autocommit":false}`,
    `{"aggregate":"t","pipeline":[{"$changeStream":{"fullDocument":"updateLookup"}}],"cursor":{}}`,
    '{"killCursors":"t","cursors":[{"$numberLong":"7"}]}',
    '{"endSessions":[{"id":{"$binary":{"base64":"ZmVkY2JhOTg3NjU0MzIxMA==","subType":"04"}}}],"writeConcern":{"w":0},"$db":"admin"}',
  ],
  mongosh: [
    '{"buildInfo":1,"$db":"admin"}',
    '{"aggregate":"atlascli","pipeline":[{"$match":{"managedClusterType":"atlasCliLocalDevCluster"}},{"$group":{"_id":1,"n":{"$sum":1}}}],"cursor":{},"$db":"admin"}',
    '{"atlasVersion":1,"$db":"admin"}',
    '{"getParameter":1,"featureCompatibilityVersion":1,"$db":"admin"}',
    '{"getParameter":"foo","$db":"admin"}',
    '{"getLog":"startupWarnings","$db":"admin"}',
    '{"listCollections":1,"filter":{},"cursor":{},"nameOnly":true,"authorizedCollections":true}',
    '{"listDatabases":1,"nameOnly":true,"$db":"admin"}',
    '{"listDatabases":1,"$db":"admin"}',
  ],
  Mongoose: [
    `{"find":"users","filter":{"_id":{"$in":[1,2]}},"projection":{"_id":1},"limit":1,"singleBatch":true,${lsid}}`,
    `{"listIndexes":"users","cursor":{},${lsid}}`,
  ],
  Compass: [
    '{"connectionStatus":1,"showPrivileges":true,"$db":"admin"}',
    '{"dbStats":1,"scale":1}',
    '{"aggregate":"t","pipeline":[{"$collStats":{"storageStats":{}}},{"$group":{"_id":null}},{"$addFields":{"a":1}}],"cursor":{}}',
    '{"aggregate":"t","pipeline":[{"$indexStats":{}},{"$project":{"name":1}}],"cursor":{}}',
    '{"aggregate":"t","pipeline":[{"$sample":{"size":1000}}],"cursor":{},"maxTimeMS":10000,"allowDiskUse":true}',
    '{"find":"t","filter":{},"limit":20,"skip":20,"maxTimeMS":60000}',
  ],
};

const harmless = ["read", "session", "transaction"];

describe.each(Object.entries(commands))("%s", (_client, texts) => {
  it.each(texts)("%s", (text) => {
    expect(harmless).toEqual(expect.arrayContaining(verbsOfText(text).split(" ")));
  });
});
