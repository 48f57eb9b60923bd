import {
  Server,
  type ServerCredentials,
  status,
  type ServerDuplexStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { GatewayError } from "@sallyport/shared/errors";
import type { AgentMessage, GatewayMessage } from "@sallyport/shared/tunnel/gen/sallyport/tunnel/v1/tunnel_pb";
import {
  LEASE_MS,
  MAX_TUNNEL_MESSAGE_BYTES,
  PING_EVERY_MS,
  TUNNEL_WINDOW_BYTES,
  tunnelService,
} from "@sallyport/shared/tunnel/tunnel-service";
import { createTunnelCredentials, type TunnelTls } from "./tunnel-credentials.ts";
import { TunnelDesk, type TunnelDeskOptions } from "./tunnel-desk.ts";
import { widenReceiveWindow } from "./widen-receive-window.ts";

/** A tunnel needs two; the rest is room for a relay stream that replaces one. */
const MAX_STREAMS_PER_CONNECTION = 8;

/** A connection without a stream is no tunnel. */
const IDLE_CONNECTION_MS = 5_000;

/** Where it listens. */
export type TunnelPlace =
  | { readonly host: string; /** 0 picks a free one. */ readonly port: number }
  | { readonly socket: string };

export interface TunnelServerOptions extends TunnelDeskOptions {
  readonly listen: TunnelPlace;
  /** PEM. `ca` is who signs agents' certificates. */
  readonly tls: TunnelTls;
}

export interface TunnelServer extends AsyncDisposable {
  readonly port: number;
  /** Presents and trusts this from now on. Tunnels that are open are not touched. */
  changeTls(tls: TunnelTls): void;
  /** Looks every agent up again, after documents changed: a tunnel whose agent is gone ends, with its sessions. */
  recheck(): void;
  /** Has every agent look for another gateway, and lets nobody in from here on. Tunnels and their sessions go on. */
  drain(): void;
  /** Ends every tunnel and the listener. */
  close(): Promise<void>;
}

/** Listens for agents, which must show a certificate that the CA signed and that an agent document names. */
export async function startTunnelServer(options: TunnelServerOptions): Promise<TunnelServer> {
  const { tls } = options;
  const desk = new TunnelDesk(options);
  const server = new Server({
    "grpc.max_receive_message_length": MAX_TUNNEL_MESSAGE_BYTES,
    "grpc.max_concurrent_streams": MAX_STREAMS_PER_CONNECTION,
    // HTTP/2 pings end connections whose other end is gone, under whatever streams they carried.
    "grpc.keepalive_time_ms": options.pingEveryMs ?? PING_EVERY_MS,
    "grpc.keepalive_timeout_ms": (options.leaseMs ?? LEASE_MS) / 2,
    // A gRPC client that was closed while its connection could not be made may still make it, and then nobody closes it.
    "grpc.max_connection_idle_ms": IDLE_CONNECTION_MS,
  });
  widenReceiveWindow(server, TUNNEL_WINDOW_BYTES);
  const service: ServiceDefinition = tunnelService;
  const implementation: UntypedServiceImplementation = {
    control: (call: ServerDuplexStream<AgentMessage, GatewayMessage>) => desk.acceptControl(call),
    relay: (call: ServerDuplexStream<Buffer, Buffer>) => desk.acceptRelay(call),
  };
  server.addService(service, implementation);
  const { credentials, changeTls } = createTunnelCredentials(tls);
  const port = await bind(server, addressOf(options.listen), credentials);
  const close = async () => {
    const stopped = new Promise<void>((resolve) => {
      server.tryShutdown(() => resolve());
    });
    desk.closeAll(new GatewayError("gateway/shutting-down", "the tunnel server is closing"));
    server.forceShutdown();
    await stopped;
  };
  return {
    port,
    changeTls,
    recheck: () => desk.recheck(),
    drain: () => desk.drain(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** As gRPC writes it. */
function addressOf(place: TunnelPlace): string {
  if ("socket" in place) return `unix:${place.socket}`;
  const { host, port } = place;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function bind(server: Server, address: string, credentials: ServerCredentials): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, bound) => {
      if (error === null) resolve(bound);
      else
        reject(
          new GatewayError(
            "internal/unexpected",
            `agents cannot be listened for on ${address} (${status.UNAVAILABLE}): ${error.message}`,
            { cause: error },
          ),
        );
    });
  });
}
