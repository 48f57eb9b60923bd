import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy that delivers every byte a fixed time after it came, at any rate: a long link, not a slow one. */
export interface DelayedLink extends AsyncDisposable {
  readonly port: number;
  /** The most bytes that were on their way at one moment, by direction. */
  readonly mostInFlight: { toServer: number; toClient: number };
}

/** Puts a link of this one-way delay in front of a loopback port. */
export async function startDelayedLink(serverPort: number, delayMs: number): Promise<DelayedLink> {
  const sockets = new Set<Socket>();
  const mostInFlight = { toServer: 0, toClient: 0 };
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
    const upstream = connect({ port: serverPort, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
    delayFlow(client, upstream, delayMs, (inFlight) => {
      mostInFlight.toServer = Math.max(mostInFlight.toServer, inFlight);
    });
    delayFlow(upstream, client, delayMs, (inFlight) => {
      mostInFlight.toClient = Math.max(mostInFlight.toClient, inFlight);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address: AddressInfo | string | null = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    mostInFlight,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Timers of one length fire in the order in which they were set, so the bytes stay in order. */
function delayFlow(from: Socket, to: Socket, delayMs: number, onInFlight: (bytes: number) => void): void {
  let inFlight = 0;
  from.on("data", (chunk: Buffer) => {
    inFlight += chunk.length;
    onInFlight(inFlight);
    setTimeout(() => {
      inFlight -= chunk.length;
      to.write(chunk);
    }, delayMs);
  });
  from.on("end", () => setTimeout(() => to.end(), delayMs));
  from.on("close", () => setTimeout(() => to.destroy(), delayMs));
}
