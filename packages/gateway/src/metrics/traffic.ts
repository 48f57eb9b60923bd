import type { Socket } from "node:net";

interface Bytes {
  in: number;
  out: number;
}

/** Bytes of clients' connections, as they came and went on the wire. */
export class Traffic {
  readonly #open = new Map<string, Set<Socket>>();
  readonly #closed = new Map<string, Bytes>();

  /** Counts a connection for as long as it lives, and what it came to afterwards. */
  watch(protocol: string, socket: Socket): void {
    const open = this.#open.get(protocol) ?? new Set();
    this.#open.set(protocol, open.add(socket));
    socket.once("close", () => {
      open.delete(socket);
      const total = this.#closed.get(protocol) ?? { in: 0, out: 0 };
      this.#closed.set(protocol, total);
      addTo(total, socket);
    });
  }

  /** Since the start, by protocol. */
  totals(): ReadonlyMap<string, { readonly in: number; readonly out: number; readonly connections: number }> {
    return new Map(
      [...this.#open].map(([protocol, open]) => {
        const total = { in: 0, out: 0, ...this.#closed.get(protocol) };
        for (const socket of open) addTo(total, socket);
        return [protocol, { ...total, connections: open.size }];
      }),
    );
  }
}

function addTo(total: Bytes, { bytesRead, bytesWritten }: Socket): void {
  total.in += bytesRead;
  total.out += bytesWritten;
}
