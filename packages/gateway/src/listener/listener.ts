import { createServer, type Server, type Socket } from "node:net";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";

/** An open port for one protocol. */
export interface Listener {
  readonly protocol: string;
  readonly host: string;
  readonly port: number;
  /** Takes no new connections; those that are open go on. */
  close(): Promise<void>;
}

/** Opens a port. Rejects with a message that names it when it is taken. */
export async function startListener(options: {
  readonly adapter: ProtocolAdapter;
  readonly host: string;
  readonly port: number;
  readonly onConnection: (socket: Socket) => void;
}): Promise<Listener> {
  const { adapter, host, onConnection } = options;
  const server = createServer({ allowHalfOpen: true, noDelay: true }, onConnection);
  await listen(server, adapter.label, host, options.port);
  const address = server.address();
  return {
    protocol: adapter.id,
    host,
    port: address !== null && typeof address === "object" ? address.port : options.port,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function listen(server: Server, label: string, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === "EADDRINUSE" ? "the port is taken; end the program that has it or choose another" : cause.message;
      reject(new GatewayError("internal/unexpected", `cannot listen for ${label} on ${host}:${port}: ${reason}`, { cause }));
    });
    server.listen({ host, port }, resolve);
  });
}
