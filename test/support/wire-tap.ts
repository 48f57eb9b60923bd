import { connect, createServer, type Socket } from "node:net";
import { MessageSplitter, type WireMessage } from "./message-splitter.ts";
import type { Side } from "./wire-client.ts";

/** A line between a client and one side, which writes down what the client is told. */
export interface WireTap extends AsyncDisposable {
  /** The side as seen through the tap. */
  readonly side: Side;
  /** What clients were told after their login, connection by connection. */
  readonly heard: readonly (readonly WireMessage[])[];
}

/** Lets clients in on a port of its own; connections that never log in, as those that cancel, leave nothing. */
export async function openWireTap(side: Side): Promise<WireTap> {
  const heard: WireMessage[][] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const to = connect({ host: side.host, port: side.port, allowHalfOpen: true, noDelay: true });
    for (const [from, peer] of [
      [client, to],
      [to, client],
    ] as const) {
      sockets.add(from);
      from.pipe(peer);
      from.on("error", () => peer.destroy());
    }
    listen(to, () => {
      const messages: WireMessage[] = [];
      heard.push(messages);
      return messages;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the tap has no port");
  return {
    side: { ...side, host: "127.0.0.1", port: address.port },
    heard,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Everything up to the first ReadyForQuery is the login. */
function listen(from: Socket, loggedIn: () => WireMessage[]): void {
  const splitter = new MessageSplitter();
  let messages: WireMessage[] | undefined;
  from.on("data", (chunk: Buffer) => {
    for (const message of splitter.push(chunk)) {
      if (messages !== undefined) messages.push(message);
      else if (message.tag === "Z") messages = loggedIn();
    }
  });
}
