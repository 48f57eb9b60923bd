import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { SocketStream } from "@sallyport/shared/stream/socket-stream";
import { joined } from "./joined.ts";

/** A client that says what a test tells it to, byte for byte. */
export interface ScriptedClient {
  send(...bytes: readonly Uint8Array[]): Promise<void>;
  /** Exactly so many bytes; fewer when the peer ends first. */
  receive(count: number): Promise<Buffer>;
  /** Everything up to the peer's end, also when it comes as a reset; then ends too. */
  receiveAll(): Promise<Buffer>;
  /** Continues over TLS; rejects when the handshake fails. */
  startTls(options: { readonly ca: string; readonly alpn?: readonly string[] }): Promise<void>;
  end(): void;
  reset(): void;
}

export async function connectScripted(port: number): Promise<ScriptedClient> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const stream = new SocketStream(socket, "server/lost");
  const received = async (count: number): Promise<Buffer> => {
    const chunks: Buffer[] = [];
    for (let missing = count; missing > 0;) {
      const chunk = await stream.read().catch(() => undefined);
      if (chunk === undefined) break;
      chunks.push(chunk.subarray(0, missing));
      if (chunk.length > missing) stream.unread(chunk.subarray(missing));
      missing -= chunk.length;
    }
    return joined(chunks);
  };
  return {
    send: async (...bytes) => stream.write(Buffer.concat(bytes)),
    receive: received,
    async receiveAll() {
      const everything = await received(Infinity);
      stream.end();
      return everything;
    },
    startTls: async ({ ca, alpn }) => {
      await stream.connectTls({ ca, servername: "localhost", ...(alpn !== undefined && { ALPNProtocols: [...alpn] }) });
    },
    end: () => stream.end(),
    reset: () => socket.resetAndDestroy(),
  };
}

/** Direct TLS: the handshake is the first thing sent. Resolves to the negotiated protocol once the server has taken it. */
export function connectDirectTls(
  port: number,
  options: { readonly ca: string; readonly alpn?: readonly string[] },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({
      port,
      host: "127.0.0.1",
      servername: "localhost",
      ca: options.ca,
      ...(options.alpn && { ALPNProtocols: [...options.alpn] }),
    });
    socket.once("secureConnect", () => resolve(socket));
    socket.once("error", reject);
  });
}
