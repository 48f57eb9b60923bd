import { createServer, type Server, type Socket } from "node:net";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";

/** How long a connection may be silent before the system asks whether the peer is still there. */
const KEEP_ALIVE_MS = 60_000;

/** An open port for one protocol. */
export interface Listener {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  /** Takes no new connections; those that are open go on. */
  close(): void;
}

/** Opens a port. Rejects with a message that names it when it is taken. */
export async function startListener(options: {
  readonly adapter: ProtocolAdapter;
  readonly host: string;
  readonly port: number;
  readonly onConnection: (socket: Socket) => void;
  /** A connection could not be taken, as when there are no file descriptors left. */
  readonly onError: (error: GatewayError) => void;
}): Promise<Listener> {
  const { adapter, host, onConnection, onError } = options;
  const server = createServer(
    // a host that is gone sends nothing: without probes its sessions would stay for ever
    { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
    onConnection,
  );
  await listen(server, adapter.label, host, options.port);
  server.on("error", (error) => onError(GatewayError.from(error)));
  const address = server.address();
  return {
    protocol: adapter.id,
    host,
    port: address !== null && typeof address === "object" ? address.port : options.port,
    // Its callback would wait for the last connection to end; the port is given up at once.
    close: () => void server.close(),
  };
}

function listen(server: Server, label: string, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (cause: NodeJS.ErrnoException): void => {
      const reason =
        cause.code === "EADDRINUSE"
          ? "the port is taken; end the program that has it or choose another"
          : cause.message;
      reject(
        new GatewayError("internal/unexpected", `cannot listen for ${label} on ${host}:${port}: ${reason}`, { cause }),
      );
    };
    server.once("error", fail);
    server.listen({ host, port }, () => {
      server.off("error", fail);
      resolve();
    });
  });
}
