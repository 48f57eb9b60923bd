import { ObjectId } from "bson";
import { decode, encode, isDocument, keyOf, valueAt, type BsonDocument } from "./bson-document.ts";
import { MongodError } from "./mongod-error.ts";
import { queryOf } from "./query.ts";
import type { CommandContext } from "./server-state.ts";
import type { StoredCollection } from "./store.ts";

/** The collection of that name to write to, made where it is missing. */
export function collectionToWrite({ store }: CommandContext, namespace: string): StoredCollection {
  const found = store.get(namespace) ?? store.create(namespace);
  if ("viewOn" in found.options) throw new MongodError(166, `Namespace ${namespace} is a view, not a collection`);
  return found;
}

/** Puts documents in the place of all that was there. */
export function putDocuments(context: CommandContext, namespace: string, documents: readonly Buffer[]): void {
  const collection = collectionToWrite(context, namespace);
  const checked: StoredCollection = { ...collection, documents: [] };
  const withIds = documents.map(withId);
  for (const [index, document] of withIds.entries()) {
    assertUnique(namespace, { ...checked, documents: withIds.slice(0, index) }, document);
  }
  context.store.put(namespace, { ...collection, documents: withIds });
}

/** Inserts a document, or fails as the server does for a doubled key or a validator. */
export function insertOne(context: CommandContext, namespace: string, document: Buffer): void {
  const collection = collectionToWrite(context, namespace);
  const complete = withId(document);
  assertUnique(namespace, collection, complete);
  assertValid(collection, complete);
  context.store.put(namespace, { ...collection, documents: [...collection.documents, complete] });
}

/** Replaces stored documents by changed ones. */
export function replaceDocuments(
  context: CommandContext,
  namespace: string,
  changed: ReadonlyMap<Buffer, Buffer>,
): void {
  const collection = collectionToWrite(context, namespace);
  const documents = collection.documents.map((document) => changed.get(document) ?? document);
  for (const [former, document] of changed) {
    const others = documents.filter((other) => other !== document);
    if (!keyOf(decode(former)["_id"]).includes(keyOf(decode(document)["_id"]))) {
      throw new MongodError(
        66,
        "Performing an update on the path '_id' would modify the immutable field '_id'",
      );
    }
    assertUnique(namespace, { ...collection, documents: others }, document);
    assertValid(collection, document);
  }
  context.store.put(namespace, { ...collection, documents });
}

/** Removes stored documents. */
export function removeDocuments(context: CommandContext, namespace: string, removed: ReadonlySet<Buffer>): void {
  const collection = collectionToWrite(context, namespace);
  context.store.put(namespace, {
    ...collection,
    documents: collection.documents.filter((document) => !removed.has(document)),
  });
}

/** What `$merge` does by default: replaces the document of that `_id`, or inserts. */
export function upsertById(context: CommandContext, namespace: string, document: Buffer): void {
  const complete = withId(document);
  const id = keyOf(decode(complete)["_id"]);
  const former = collectionToWrite(context, namespace).documents.find((other) => keyOf(decode(other)["_id"]) === id);
  if (former === undefined) insertOne(context, namespace, complete);
  else replaceDocuments(context, namespace, new Map([[former, complete]]));
}

/** The server gives an `_id` to a document that came without one, and puts it first. */
function withId(document: Buffer): Buffer {
  const content = decode(document);
  return content["_id"] === undefined ? encode({ _id: new ObjectId(), ...content }) : document;
}

function assertUnique(namespace: string, { indexes, documents }: StoredCollection, document: Buffer): void {
  const content = decode(document);
  for (const index of indexes) {
    if (index["name"] !== "_id_" && index["unique"] !== true) continue;
    const key = isDocument(index["key"]) ? index["key"] : {};
    const paths = Object.keys(key);
    const valuesOf = (one: BsonDocument): readonly unknown[] => paths.map((path) => valueAt(one, path) ?? null);
    const own = valuesOf(content);
    if (index["sparse"] === true && own.every((value) => value === null)) continue;
    const wanted = keyOf(own);
    if (documents.every((other) => keyOf(valuesOf(decode(other))) !== wanted)) continue;
    const keyValue = Object.fromEntries(paths.map((path, at) => [path, own[at]]));
    const shown = paths.map((path, at) => `${path}: ${JSON.stringify(own[at])}`).join(", ");
    const name = String(index["name"]);
    throw new MongodError(
      11000,
      `E11000 duplicate key error collection: ${namespace} index: ${name} dup key: { ${shown} }`,
      { keyPattern: key, keyValue },
    );
  }
}

function assertValid({ options }: StoredCollection, document: Buffer): void {
  const { validator } = options;
  if (!isDocument(validator) || "$jsonSchema" in validator) return;
  const content = decode(document);
  if (queryOf(validator).test(content)) return;
  throw new MongodError(121, "Document failed validation", {
    errInfo: { failingDocumentId: content["_id"], details: { operatorName: "$and", considered: content } },
  });
}
