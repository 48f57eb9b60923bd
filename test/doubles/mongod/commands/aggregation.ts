import {
  decode,
  documentOf,
  documentsOf,
  encode,
  isDocument,
  keyOf,
  textOf,
  type BsonDocument,
} from "../bson-document.ts";
import type { Change } from "../change-log.ts";
import { batchChoice, firstBatch, firstOfTail } from "../first-batch.ts";
import { sleepIn } from "../javascript.ts";
import { MongodError } from "../mongod-error.ts";
import { CollectionWriter } from "../collection-writer.ts";
import { documentsIn, runStagesIn } from "../namespace.ts";
import { busyFor } from "../operations.ts";
import type { Command, CommandContext } from "../server-state.ts";
import { operationsShown } from "./operations.ts";

/** Runs a pipeline; of the stages that begin one, those for change streams, operations and statistics are the server's own. */
export const aggregate: Command = async (context) => {
  const { command, database, operation } = context;
  const pipeline = documentsOf(command, "pipeline");
  if (!isDocument(command["cursor"]) && command["explain"] !== true) {
    throw new MongodError(9, "The 'cursor' option is required, except for aggregate with the explain argument");
  }
  for (const stage of pipeline) await busyFor(sleepIn(stage), operation);
  const collection = textOf(command, "aggregate");
  const namespace = `${database}.${collection ?? "$cmd.aggregate"}`;
  const [first = {}, ...others] = pipeline;
  if ("$changeStream" in first) return changeStream(context, namespace, others);
  const { documents, stages } = startOf(context, collection, pipeline);
  const last = stages.at(-1) ?? {};
  if ("$out" in last || "$merge" in last) {
    writeInto(context, last, runStagesIn(context, documents, stages.slice(0, -1)));
    return firstBatch(context, namespace, [], batchChoice(command));
  }
  return firstBatch(context, namespace, runStagesIn(context, documents, stages), batchChoice(command));
};

/** What the pipeline works on, and the stages that are left to `mingo`. */
function startOf(
  context: CommandContext,
  collection: string | undefined,
  pipeline: readonly BsonDocument[],
): { readonly documents: readonly Buffer[]; readonly stages: readonly BsonDocument[] } {
  const [first = {}, ...others] = pipeline;
  const own = ownStage(context, collection, first);
  if (own !== undefined) return { documents: own.map((document) => encode(document)), stages: others };
  const documents = collection === undefined ? [] : documentsIn(context.store, context.database, collection);
  return { documents, stages: pipeline };
}

function ownStage(
  context: CommandContext,
  collection: string | undefined,
  stage: BsonDocument,
): readonly BsonDocument[] | undefined {
  const ns = `${context.database}.${collection ?? ""}`;
  const stored = context.store.get(ns);
  switch (Object.keys(stage)[0]) {
    case "$currentOp":
      return operationsShown(context, documentOf(stage, "$currentOp")["allUsers"] === true);
    case "$collStats":
      return [
        { ns, storageStats: { count: stored?.documents.length ?? 0, size: 0 }, count: stored?.documents.length ?? 0 },
      ];
    case "$indexStats":
      return (stored?.indexes ?? []).map((index) => ({
        name: index["name"],
        key: index["key"],
        accesses: { ops: 0n },
      }));
    case "$listLocalSessions":
    case "$listSessions":
    case "$planCacheStats":
    case "$queryStats":
      return [];
    case undefined:
    default:
      return undefined;
  }
}

function writeInto(context: CommandContext, stage: BsonDocument, documents: readonly Buffer[]): void {
  const target = stage["$out"] ?? documentOf(stage, "$merge")["into"] ?? stage["$merge"];
  const namespace = isDocument(target)
    ? `${textOf(target, "db") ?? context.database}.${textOf(target, "coll") ?? ""}`
    : `${context.database}.${String(target)}`;
  const writer = new CollectionWriter(context.store, namespace);
  if ("$out" in stage) writer.clear();
  const former = new Map(writer.documents.map((document) => [keyOf(decode(document)["_id"]), document]));
  for (const document of documents) {
    const there = former.get(keyOf(decode(document)["_id"]));
    if (there === undefined) writer.insert(document);
    else writer.replace(there, document);
  }
  writer.finish();
}

/** Tells every change from now on that is below the namespace. */
function changeStream(context: CommandContext, namespace: string, stages: readonly BsonDocument[]): BsonDocument {
  const { changes } = context.server.data;
  const { command, database } = context;
  const concerns = ({ ns }: Change): boolean => {
    const { db, coll } = isDocument(ns) ? ns : {};
    if (typeof command["aggregate"] === "string") return db === database && coll === command["aggregate"];
    return database === "admin" || db === database;
  };
  let position = changes.length;
  return firstOfTail(context, namespace, [], async (withinMs, signal) => {
    if (changes.length === position) await changes.changed(withinMs, signal);
    const fresh = changes.since(position).filter(concerns);
    position = changes.length;
    return runStagesIn(
      context,
      fresh.map((change) => encode(change)),
      stages,
    );
  });
}
