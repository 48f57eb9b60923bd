import { setTimeout as delay } from "node:timers/promises";
import type { BsonDocument } from "./bson-document.ts";
import { MongodError } from "./mongod-error.ts";

/** A command that is being carried out. */
export interface Operation {
  readonly id: number;
  readonly connectionId: number;
  /** Its address. */
  readonly client: string;
  /** What the connection's first hello said of the driver. */
  readonly metadata: BsonDocument | undefined;
  readonly user: string | undefined;
  readonly database: string;
  readonly command: BsonDocument;
  readonly begun: number;
  readonly signal: AbortSignal;
  /** Ends it with an error, wherever it waits. */
  kill(error: MongodError): void;
}

/** The commands that are being carried out, which `currentOp` shows and `killOp` ends. */
export class OperationTable {
  readonly #operations = new Map<number, Operation>();
  #last = 0;

  begin(operation: Omit<Operation, "id" | "begun" | "signal" | "kill">): Operation {
    const abort = new AbortController();
    const begun = {
      ...operation,
      id: ++this.#last,
      begun: Date.now(),
      signal: abort.signal,
      kill: (error: MongodError) => abort.abort(error),
    };
    this.#operations.set(begun.id, begun);
    return begun;
  }

  end(operation: Operation): void {
    this.#operations.delete(operation.id);
  }

  all(): readonly Operation[] {
    return [...this.#operations.values()];
  }

  /** Ends one, if it is there. */
  kill(id: number): void {
    this.#operations.get(id)?.kill(new MongodError(11601, "operation was interrupted"));
  }

  /** Ends all of a connection whose client is gone. */
  killOf(connectionId: number): void {
    for (const operation of this.#operations.values()) {
      if (operation.connectionId === connectionId) operation.kill(new MongodError(279, "Client disconnected"));
    }
  }
}

/** Waits; what ends the operation ends the waiting with its error. */
export async function busyFor(ms: number, { signal }: Operation): Promise<void> {
  if (ms > 0) await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}
