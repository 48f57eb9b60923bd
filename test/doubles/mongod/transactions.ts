import { isDocument, keyOf, numberOf, type BsonDocument } from "./bson-document.ts";
import { MongodError } from "./mongod-error.ts";
import type { Store } from "./store.ts";

/** A transaction works on a snapshot; what it changed is put in place at its commit. */
interface Transaction {
  readonly number: number;
  readonly before: Store;
  readonly store: Store;
  readonly state: "open" | "committed" | "aborted";
}

/** The transactions and retryable writes of all sessions, by the session's id. */
export class TransactionTable {
  readonly #transactions = new Map<string, Transaction>();
  readonly #replies = new Map<string, { readonly number: number; readonly reply: BsonDocument }>();

  /** The store that a command works on: its transaction's snapshot, or the server's own. */
  storeFor(command: BsonDocument, store: Store): Store {
    if (command["autocommit"] !== false) return store;
    const session = sessionOf(command);
    const number = numberOf(command, "txnNumber") ?? 0;
    if (command["startTransaction"] === true) {
      this.#transactions.set(session, { number, before: store.snapshot(), store: store.snapshot(), state: "open" });
    }
    return this.#find(session, number, "open").store;
  }

  /** Puts what was changed in place, unless somebody else has changed it meanwhile; returns the names of what was changed. */
  commit(command: BsonDocument, store: Store): readonly string[] {
    const session = sessionOf(command);
    const transaction = this.#find(session, numberOf(command, "txnNumber") ?? 0, "committed");
    if (transaction.state === "committed") return [];
    const changed = transaction.store.differences(transaction.before);
    const foreign = new Set(store.differences(transaction.before));
    this.#transactions.set(session, { ...transaction, state: "committed" });
    if (changed.some((name) => foreign.has(name))) {
      this.#transactions.set(session, { ...transaction, state: "aborted" });
      throw new MongodError(112, "WriteConflict error: this operation conflicted with another operation.", {
        errorLabels: ["TransientTransactionError"],
      });
    }
    for (const name of changed) {
      const collection = transaction.store.get(name);
      if (collection === undefined) store.remove(name);
      else store.put(name, collection);
    }
    return changed;
  }

  abort(command: BsonDocument): void {
    const session = sessionOf(command);
    const transaction = this.#find(session, numberOf(command, "txnNumber") ?? 0, "open");
    this.#transactions.set(session, { ...transaction, state: "aborted" });
  }

  /** Forgets a session with whatever it left open. */
  end(session: unknown): void {
    this.#transactions.delete(keyOf(session));
    this.#replies.delete(keyOf(session));
  }

  /** The reply that a retried write has had before. */
  replyOf(command: BsonDocument): BsonDocument | undefined {
    const number = retryNumber(command);
    const kept = number === undefined ? undefined : this.#replies.get(sessionOf(command));
    return kept !== undefined && kept.number === number ? kept.reply : undefined;
  }

  keepReply(command: BsonDocument, reply: BsonDocument): void {
    const number = retryNumber(command);
    if (number !== undefined) this.#replies.set(sessionOf(command), { number, reply });
  }

  #find(session: string, number: number, wanted: "open" | "committed"): Transaction {
    const transaction = this.#transactions.get(session);
    if (transaction?.number !== number || transaction.state === "aborted") {
      throw new MongodError(251, `Given transaction number ${number} does not match any in-progress transactions.`, {
        errorLabels: ["TransientTransactionError"],
      });
    }
    if (transaction.state === "committed" && wanted === "open") {
      throw new MongodError(256, `Transaction ${number} has been committed.`);
    }
    return transaction;
  }
}

/** A write outside of a transaction that carries a number may be sent twice. */
function retryNumber(command: BsonDocument): number | undefined {
  return command["autocommit"] === false ? undefined : numberOf(command, "txnNumber");
}

function sessionOf(command: BsonDocument): string {
  const { lsid } = command;
  if (!isDocument(lsid))
    throw new MongodError(50768, "txnNumber may only be provided for multi-document transactions with an lsid");
  return keyOf(lsid["id"]);
}
