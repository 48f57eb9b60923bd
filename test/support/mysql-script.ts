import { createServer, type Socket } from "node:net";
import { PacketExchange } from "@sallyport/protocol-mysql/packet-exchange";
import { SocketStream } from "@sallyport/shared/stream/socket-stream";

/** One connection of a server that a test plays. */
export interface ScriptedPeer {
  readonly stream: SocketStream;
  /** Numbered from the greeting on. */
  readonly exchange: PacketExchange;
}

/** A server that does what a test says, a connection at a time. */
export interface MysqlScript extends AsyncDisposable {
  readonly port: number;
}

/** Plays a server on loopback. A script that fails, as when the client hangs up, ends its connection. */
export async function startMysqlScript(play: (peer: ScriptedPeer) => Promise<void>): Promise<MysqlScript> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const stream = new SocketStream(socket, "client/gone");
    const exchange = new PacketExchange(stream, { maxBytes: 64 * 1024, onFault: "protocol/malformed", sequence: 0 });
    play({ stream, exchange }).catch(() => stream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    port: address.port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
