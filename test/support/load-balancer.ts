import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A load balancer of TCP connections. */
export interface LoadBalancer extends AsyncDisposable {
  readonly port: number;
}

/** Gives each connection to the next of several loopback ports that takes it. */
export async function startLoadBalancer(ports: readonly number[]): Promise<LoadBalancer> {
  const sockets = new Set<Socket>();
  let turn = 0;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    turn += 1;
    const order = ports.map((_, index) => ports[(turn + index) % ports.length]);
    keep(client);
    pass(client, order);
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
  }

  function pass(client: Socket, [port, ...others]: readonly (number | undefined)[]): void {
    if (port === undefined) {
      client.destroy();
      return;
    }
    const upstream = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    const next = (): void => pass(client, others);
    upstream.once("error", next);
    upstream.once("connect", () => {
      upstream.off("error", next);
      keep(upstream);
      client.pipe(upstream).pipe(client);
      client.once("close", () => upstream.destroy());
      upstream.once("close", () => client.destroy());
    });
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
