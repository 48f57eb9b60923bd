import { once, EventEmitter } from "node:events";
import { Timestamp } from "bson";
import { decode, type BsonDocument } from "./bson-document.ts";
import type { Store } from "./store.ts";

/** One thing that happened to a document or a collection, as change streams tell it. */
export type Change = BsonDocument;

/** What has been written, for change streams. It grows for as long as the server lives. */
export class ChangeLog {
  readonly #changes: Change[] = [];
  readonly #signal = new EventEmitter().setMaxListeners(0);

  get length(): number {
    return this.#changes.length;
  }

  /** Those from a position on. */
  since(position: number): readonly Change[] {
    return this.#changes.slice(position);
  }

  /** Compares the store before and after a command, document by document. */
  append(namespace: string, before: Store, after: Store): void {
    const [database = "", ...rest] = namespace.split(".");
    const ns = { db: database, coll: rest.join(".") };
    const old = byId(before.get(namespace)?.documents ?? []);
    const now = byId(after.get(namespace)?.documents ?? []);
    for (const [id, bytes] of now) {
      const former = old.get(id);
      if (former?.equals(bytes) === true) continue;
      const fullDocument = decode(bytes);
      const operationType = former === undefined ? "insert" : "replace";
      this.#push({ operationType, ns, documentKey: { _id: fullDocument["_id"] }, fullDocument });
    }
    for (const [id, bytes] of old) {
      if (!now.has(id)) this.#push({ operationType: "delete", ns, documentKey: { _id: decode(bytes)["_id"] } });
    }
    if (before.get(namespace) !== undefined && after.get(namespace) === undefined) {
      this.#push({ operationType: "drop", ns });
    }
    this.#signal.emit("change");
  }

  /** Resolves when something was appended, or the time is over. Rejects when the signal says so. */
  async changed(withinMs: number, signal: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(withinMs);
    await once(this.#signal, "change", { signal: AbortSignal.any([signal, late]) }).catch(() =>
      signal.throwIfAborted(),
    );
  }

  #push(change: Change): void {
    const at = this.#changes.length + 1;
    this.#changes.push({
      _id: { _data: at.toString(16).padStart(16, "0") },
      clusterTime: new Timestamp({ t: Math.floor(Date.now() / 1000), i: at }),
      ...change,
    });
  }
}

function byId(documents: readonly Buffer[]): ReadonlyMap<string, Buffer> {
  return new Map(documents.map((bytes) => [JSON.stringify(decode(bytes)["_id"]), bytes]));
}
