import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** What a test changes on the way. Each sees one chunk. */
export interface ServerLinkHooks {
  /** Called before bytes go on to the server. */
  toServer: (bytes: Buffer) => void;
  /** What goes on to the client's side instead. */
  toClient: (bytes: Buffer) => Buffer;
}

/** The wire between an agent and a server, as somebody sees it who stands beside it: looks, cuts, and forges. */
export interface ServerLink extends AsyncDisposable {
  readonly port: number;
  readonly hooks: ServerLinkHooks;
  /** Connections that are open, in the order in which they came. */
  readonly connections: readonly Socket[];
  /** How many there were in all. */
  readonly accepted: number;
  /** Breaks every connection as a dying host would. */
  cut(): void;
  /** Refuses every connection from now on. */
  close(): Promise<void>;
  /** Accepts and then says nothing. */
  mute: boolean;
}

/** Puts a link in front of a server's port on loopback. */
export async function startServerLink(serverPort: number): Promise<ServerLink> {
  const hooks: ServerLinkHooks = { toServer: () => undefined, toClient: (bytes) => bytes };
  const connections: Socket[] = [];
  const sockets = new Set<Socket>();
  const state = { accepted: 0, mute: false };
  const own = (socket: Socket): void => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  };
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    state.accepted += 1;
    connections.push(client);
    own(client);
    client.on("close", () => connections.splice(connections.indexOf(client), 1));
    if (state.mute) {
      client.resume();
      client.on("end", () => client.end());
      return;
    }
    const upstream = connect({ port: serverPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    own(upstream);
    client.on("data", (bytes: Buffer) => {
      hooks.toServer(bytes);
      upstream.write(bytes);
    });
    upstream.on("data", (bytes: Buffer) => client.write(hooks.toClient(bytes)));
    client.on("end", () => upstream.end());
    upstream.on("end", () => client.end());
    client.on("close", () => upstream.destroy());
    upstream.on("close", (hadError) => (hadError ? client.resetAndDestroy() : client.destroySoon()));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    hooks,
    connections,
    get accepted() {
      return state.accepted;
    },
    get mute() {
      return state.mute;
    },
    set mute(mute) {
      state.mute = mute;
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
