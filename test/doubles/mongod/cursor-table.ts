import { randomInt } from "node:crypto";
import { MongodError } from "./mongod-error.ts";

/** Where the next documents come from. */
export type CursorSource =
  /** What is left of a result. */
  | { readonly kind: "documents"; readonly documents: readonly Buffer[] }
  /** A capped collection or a change stream, whose end is awaited: `next` gives what came since. */
  | { readonly kind: "tail"; readonly next: (withinMs: number, signal: AbortSignal) => Promise<readonly Buffer[]> };

/** An open cursor, bound to whoever opened it and the namespace it reads. */
export interface Cursor {
  readonly id: bigint;
  readonly namespace: string;
  readonly user: string;
  readonly source: CursorSource;
}

/** The cursors of one server. */
export class CursorTable {
  readonly #cursors = new Map<bigint, Cursor>();

  get size(): number {
    return this.#cursors.size;
  }

  open(cursor: Omit<Cursor, "id">): Cursor {
    const id = (BigInt(randomInt(1, 2 ** 31 - 1)) << 32n) | BigInt(randomInt(1, 2 ** 32 - 1));
    const opened = { id, ...cursor };
    this.#cursors.set(id, opened);
    return opened;
  }

  /** The cursor, if it is there and this user's on this namespace. */
  get(id: bigint, namespace: string, user: string): Cursor {
    const cursor = this.#cursors.get(id);
    if (cursor === undefined) throw new MongodError(43, `cursor id ${id} not found`);
    if (cursor.user !== user) throw new MongodError(13, `cursor id ${id} was not created by the authenticated user`);
    if (cursor.namespace !== namespace) {
      throw new MongodError(
        13,
        `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${cursor.namespace}`,
      );
    }
    return cursor;
  }

  replace(cursor: Cursor): void {
    this.#cursors.set(cursor.id, cursor);
  }

  close(id: bigint): void {
    this.#cursors.delete(id);
  }

  /** Whether it was there and this user's. */
  kill(id: bigint, user: string): boolean {
    return this.#cursors.get(id)?.user === user && this.#cursors.delete(id);
  }
}
