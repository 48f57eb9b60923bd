import { encode, decode, documentOf, documentsOf, textOf } from "../bson-document.ts";
import { batchChoice, firstBatch } from "../first-batch.ts";
import { MongodError } from "../mongod-error.ts";
import { namespaceOf } from "../namespace.ts";
import { matching } from "../query.ts";
import type { Command } from "../server-state.ts";
import { CollectionWriter } from "../collection-writer.ts";

const collectionOptions = ["capped", "size", "max", "validator", "validationLevel", "viewOn", "pipeline", "timeseries"];

export const create: Command = (context) => {
  const chosen = collectionOptions.filter((name) => name in context.command);
  context.store.create(namespaceOf(context), Object.fromEntries(chosen.map((name) => [name, context.command[name]])));
  return {};
};

export const drop: Command = (context) => {
  const namespace = namespaceOf(context);
  const collection = context.store.get(namespace);
  if (collection === undefined) return {};
  context.store.remove(namespace);
  return { nIndexesWas: collection.indexes.length, ns: namespace };
};

export const dropDatabase: Command = ({ store, database }) => {
  for (const [name] of store.inDatabase(database)) store.remove(`${database}.${name}`);
  return { dropped: database };
};

export const renameCollection: Command = ({ store, command }) => {
  const from = textOf(command, "renameCollection") ?? "";
  const to = textOf(command, "to") ?? "";
  const collection = store.get(from);
  if (collection === undefined) throw new MongodError(26, `Source collection ${from} does not exist`);
  if (store.get(to) !== undefined && command["dropTarget"] !== true)
    throw new MongodError(48, "target namespace exists");
  store.remove(from);
  store.put(to, collection);
  return {};
};

export const collMod: Command = (context) => {
  const namespace = namespaceOf(context);
  const collection = context.store.get(namespace);
  if (collection === undefined) throw new MongodError(26, "ns does not exist");
  const chosen = collectionOptions.filter((name) => name in context.command);
  const options = { ...collection.options, ...Object.fromEntries(chosen.map((name) => [name, context.command[name]])) };
  context.store.put(namespace, { ...collection, options });
  return {};
};

export const createIndexes: Command = (context) => {
  const namespace = namespaceOf(context);
  const created = context.store.get(namespace) === undefined;
  const collection = context.store.get(namespace) ?? context.store.create(namespace);
  const known = new Set(collection.indexes.map((index) => index["name"]));
  const fresh = documentsOf(context.command, "indexes").filter((index) => !known.has(index["name"]));
  const indexes = [...collection.indexes, ...fresh.map((index) => ({ v: 2, ...index }))];
  context.store.put(namespace, { ...collection, indexes, documents: [] });
  const writer = new CollectionWriter(context.store, namespace);
  try {
    for (const document of collection.documents) writer.insert(document);
  } catch (reason) {
    context.store.put(namespace, collection);
    throw reason;
  }
  writer.finish();
  return {
    numIndexesBefore: collection.indexes.length,
    numIndexesAfter: indexes.length,
    createdCollectionAutomatically: created,
  };
};

export const dropIndexes: Command = (context) => {
  const namespace = namespaceOf(context);
  const collection = context.store.get(namespace);
  if (collection === undefined) throw new MongodError(26, `ns not found ${namespace}`);
  const { index } = context.command;
  const names = new Set(Array.isArray(index) ? index : [index]);
  const kept = collection.indexes.filter(({ name }) => name === "_id_" || (index !== "*" && !names.has(name)));
  if (index !== "*" && kept.length === collection.indexes.length) {
    throw new MongodError(27, `index not found with name [${String(index)}]`);
  }
  context.store.put(namespace, { ...collection, indexes: kept });
  return { nIndexesWas: collection.indexes.length };
};

export const listCollections: Command = (context) => {
  const { store, database, command } = context;
  const listed = store.inDatabase(database).map(([name, { options }]) => {
    const type = "viewOn" in options ? "view" : "timeseries" in options ? "timeseries" : "collection";
    const id = type === "view" ? {} : { idIndex: { v: 2, key: { _id: 1 }, name: "_id_" } };
    return command["nameOnly"] === true
      ? { name, type }
      : { name, type, options, info: { readOnly: type === "view" }, ...id };
  });
  const found = matching(
    listed.map((entry) => encode(entry)),
    documentOf(command, "filter"),
  );
  return firstBatch(context, `${database}.$cmd.listCollections`, found, batchChoice(command));
};

export const listIndexes: Command = (context) => {
  const namespace = namespaceOf(context);
  const collection = context.store.get(namespace);
  if (collection === undefined) throw new MongodError(26, `ns does not exist: ${namespace}`);
  return firstBatch(
    context,
    namespace,
    collection.indexes.map((index) => encode(index)),
    batchChoice(context.command),
  );
};

export const listDatabases: Command = ({ store, command }) => {
  const names = [...new Set(["admin", "config", "local", ...store.databases()])];
  const listed = names.map((name) => ({
    name,
    ...(command["nameOnly"] === true ? {} : { sizeOnDisk: 8192, empty: false }),
  }));
  const found = matching(
    listed.map((entry) => encode(entry)),
    documentOf(command, "filter"),
  );
  return {
    databases: found.map((entry) => decode(entry)),
    ...(command["nameOnly"] === true ? {} : { totalSize: 8192 }),
  };
};

export const dbStats: Command = ({ store, database }) => {
  const collections = store.inDatabase(database);
  return {
    db: database,
    collections: collections.length,
    views: collections.filter(([, { options }]) => "viewOn" in options).length,
    objects: collections.reduce((sum, [, { documents }]) => sum + documents.length, 0),
    dataSize: collections.reduce((sum, [, { documents }]) => sum + bytesOf(documents), 0),
  };
};

export const collStats: Command = (context) => {
  const namespace = namespaceOf(context);
  const documents = context.store.get(namespace)?.documents ?? [];
  return { ns: namespace, count: documents.length, size: bytesOf(documents), nindexes: 1, capped: false };
};

export const validate: Command = (context) => {
  const namespace = namespaceOf(context);
  const collection = context.store.get(namespace);
  if (collection === undefined) throw new MongodError(26, `Collection '${namespace}' does not exist to validate.`);
  return { ns: namespace, nrecords: collection.documents.length, valid: true, errors: [], warnings: [] };
};

function bytesOf(documents: readonly Buffer[]): number {
  return documents.reduce((sum, { length }) => sum + length, 0);
}
