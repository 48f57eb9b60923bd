import { once } from "node:events";
import { connect } from "node:net";
import type { Side } from "./wire-client.ts";

const CANCEL_CODE = 80_877_102;

/** A CancelRequest on a connection of its own, as libpq sends it. Resolves when the other side has closed. */
export async function requestCancel({ host, port }: Pick<Side, "host" | "port">, key: Buffer): Promise<void> {
  const head = Buffer.alloc(8);
  head.writeInt32BE(head.length + key.length, 0);
  head.writeInt32BE(CANCEL_CODE, 4);
  const socket = connect({ host, port });
  socket.on("error", () => undefined).resume();
  socket.end(Buffer.concat([head, key]));
  await once(socket, "close");
}
