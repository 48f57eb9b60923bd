import { ObjectId } from "bson";
import { decode, decodeExactly, encode, isDocument, keyOf, valueAt, type BsonDocument } from "./bson-document.ts";
import { MongodError } from "./mongod-error.ts";
import { queryOf } from "./query.ts";
import type { Store, StoredCollection } from "./store.ts";

/** The keys of a stored document by index, because the same documents are looked at by every insert. */
const keysOfDocuments = new WeakMap<Buffer, Map<string, string>>();

interface UniqueIndex {
  readonly name: string;
  readonly key: BsonDocument;
  readonly sparse: boolean;
  readonly taken: Set<string>;
}

/** The changes of one command to one collection. Each is checked when it is made; `finish` puts all of them in place. */
export class CollectionWriter {
  readonly #store: Store;
  readonly #namespace: string;
  readonly #collection: StoredCollection;
  readonly #unique: readonly UniqueIndex[];
  readonly #inserted: Buffer[] = [];
  /** Undefined: removed. */
  readonly #changed = new Map<Buffer, Buffer | undefined>();

  constructor(store: Store, namespace: string) {
    this.#store = store;
    this.#namespace = namespace;
    this.#collection = store.get(namespace) ?? store.create(namespace);
    if ("viewOn" in this.#collection.options) {
      throw new MongodError(166, `Namespace ${namespace} is a view, not a collection`);
    }
    this.#unique = this.#collection.indexes
      .filter((index) => index["name"] === "_id_" || index["unique"] === true)
      .map((index) => this.#indexed(index));
  }

  /** As the documents stand with the changes so far. */
  get documents(): readonly Buffer[] {
    const kept = this.#collection.documents.map((document) =>
      this.#changed.has(document) ? this.#changed.get(document) : document,
    );
    return [...kept, ...this.#inserted].filter((document) => document !== undefined);
  }

  /** Adds a document and returns its `_id`, which is made where it is missing. */
  insert(document: Buffer): unknown {
    const complete = withId(document);
    this.#assertValid(complete);
    this.#take(complete);
    this.#inserted.push(complete);
    return decode(complete)["_id"];
  }

  replace(former: Buffer, document: Buffer): void {
    if (keyOf(decode(former)["_id"]) !== keyOf(decode(document)["_id"])) {
      throw new MongodError(66, "Performing an update on the path '_id' would modify the immutable field '_id'");
    }
    this.#assertValid(document);
    this.#release(former);
    try {
      this.#take(document);
    } catch (reason) {
      this.#take(former);
      throw reason;
    }
    this.#put(former, document);
  }

  remove(former: Buffer): void {
    this.#release(former);
    this.#put(former, undefined);
  }

  /** Removes everything that was there. */
  clear(): void {
    for (const document of this.documents) this.remove(document);
  }

  finish(): void {
    this.#store.put(this.#namespace, { ...this.#collection, documents: this.documents });
  }

  #put(former: Buffer, document: Buffer | undefined): void {
    const inserted = this.#inserted.indexOf(former);
    if (inserted >= 0) this.#inserted.splice(inserted, 1, ...(document === undefined ? [] : [document]));
    else {
      // a document that this command has changed before stands under what it was at first
      const original = [...this.#changed].find(([, now]) => now === former)?.[0] ?? former;
      this.#changed.set(original, document);
    }
  }

  #indexed(index: BsonDocument): UniqueIndex {
    const key = isDocument(index["key"]) ? index["key"] : {};
    const made = { name: String(index["name"]), key, sparse: index["sparse"] === true, taken: new Set<string>() };
    for (const document of this.#collection.documents) {
      const taken = keyIn(document, made);
      if (taken !== undefined) made.taken.add(taken);
    }
    return made;
  }

  #take(document: Buffer): void {
    for (const index of this.#unique) {
      const key = keyIn(document, index);
      if (key !== undefined && index.taken.has(key)) throw duplicate(this.#namespace, index, document);
    }
    for (const index of this.#unique) {
      const key = keyIn(document, index);
      if (key !== undefined) index.taken.add(key);
    }
  }

  #release(document: Buffer): void {
    for (const index of this.#unique) {
      const key = keyIn(document, index);
      if (key !== undefined) index.taken.delete(key);
    }
  }

  #assertValid(document: Buffer): void {
    const { validator } = this.#collection.options;
    if (!isDocument(validator) || "$jsonSchema" in validator) return;
    const content = decode(document);
    if (queryOf(validator).test(content)) return;
    throw new MongodError(121, "Document failed validation", {
      errInfo: { failingDocumentId: content["_id"], details: { operatorName: "$and", consideredValue: content } },
    });
  }
}

/** Undefined: the index does not hold the document. */
function keyIn(document: Buffer, { name, key, sparse }: UniqueIndex): string | undefined {
  const kept = keysOfDocuments.get(document) ?? new Map<string, string>();
  keysOfDocuments.set(document, kept);
  const found = kept.get(name);
  if (found !== undefined) return found;
  const values = valuesIn(document, key);
  if (sparse && values.every((value) => value === null)) return undefined;
  const made = keyOf(values);
  kept.set(name, made);
  return made;
}

function valuesIn(document: Buffer, key: BsonDocument): readonly unknown[] {
  const content = decode(document);
  return Object.keys(key).map((path) => valueAt(content, path) ?? null);
}

/** Quotes the values, as mongod does. */
function duplicate(namespace: string, { name, key }: UniqueIndex, document: Buffer): MongodError {
  const values = valuesIn(document, key);
  const paths = Object.keys(key);
  const shown = paths.map((path, at) => `${path}: ${JSON.stringify(values[at])}`).join(", ");
  return new MongodError(
    11000,
    `E11000 duplicate key error collection: ${namespace} index: ${name} dup key: { ${shown} }`,
    {
      keyPattern: key,
      keyValue: Object.fromEntries(paths.map((path, at) => [path, values[at]])),
    },
  );
}

/** The server gives an `_id` to a document that came without one, and puts it first. */
function withId(document: Buffer): Buffer {
  const content = decodeExactly(document);
  if (Object.keys(content)[0] === "_id") return document;
  const { _id = new ObjectId(), ...others } = content;
  return encode({ _id, ...others });
}
