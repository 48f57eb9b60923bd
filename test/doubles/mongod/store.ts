import { MongodError } from "./mongod-error.ts";
import type { BsonDocument } from "./bson-document.ts";

/** What lies under one name. It is never changed, only replaced: so a snapshot is a copy of the map. */
export interface StoredCollection {
  readonly options: BsonDocument;
  readonly indexes: readonly BsonDocument[];
  /** The bytes that came. */
  readonly documents: readonly Buffer[];
}

const ID_INDEX = { v: 2, key: { _id: 1 }, name: "_id_" } as const;

/** All collections by their full name, `database.collection`. */
export class Store {
  readonly #collections: Map<string, StoredCollection>;

  constructor(collections: Iterable<readonly [string, StoredCollection]> = []) {
    this.#collections = new Map(collections);
  }

  get(namespace: string): StoredCollection | undefined {
    return this.#collections.get(namespace);
  }

  put(namespace: string, collection: StoredCollection): void {
    this.#collections.set(namespace, collection);
  }

  remove(namespace: string): boolean {
    return this.#collections.delete(namespace);
  }

  /** Makes a collection, or says that it is there. */
  create(namespace: string, options: BsonDocument = {}): StoredCollection {
    if (this.#collections.has(namespace)) {
      throw new MongodError(48, `Collection ${namespace} already exists.`);
    }
    const made = { options, indexes: "viewOn" in options ? [] : [ID_INDEX], documents: [] };
    this.#collections.set(namespace, made);
    return made;
  }

  /** The collections of a database by their own names. */
  inDatabase(database: string): readonly (readonly [name: string, collection: StoredCollection])[] {
    const prefix = `${database}.`;
    return [...this.#collections]
      .filter(([namespace]) => namespace.startsWith(prefix))
      .map(([namespace, collection]) => [namespace.slice(prefix.length), collection]);
  }

  databases(): readonly string[] {
    return [...new Set([...this.#collections.keys()].map((namespace) => namespace.split(".", 1)[0] ?? ""))];
  }

  /** What stands here now, untouched by later changes. */
  snapshot(): Store {
    return new Store(this.#collections);
  }

  /** The full names of what is not as in another store. */
  differences(other: Store): readonly string[] {
    const names = new Set([...this.#collections.keys(), ...other.#collections.keys()]);
    return [...names].filter((name) => this.#collections.get(name) !== other.#collections.get(name));
  }
}
