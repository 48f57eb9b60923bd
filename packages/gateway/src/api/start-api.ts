import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";
import { GatewayError } from "@sallyport/shared/errors";
import type { PresentedCertificate, ServerCertificate } from "../enrolment/presented-certificate.ts";
import { addressKey } from "../login/address-key.ts";
import type { ApiMeans } from "./api-means.ts";
import { buildApi } from "./build-api.ts";
import { markLocal } from "./local-sockets.ts";
import type { ApiRoute } from "./route-table.ts";
import { problemOf } from "./problem.ts";
import { listenOnSocket, listenTogether } from "./unix-door.ts";

/** Where the API listens. */
export interface ApiAddress {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  /** The path of a socket for the gateway's own user; left out: there is none. */
  readonly socket?: string | undefined;
  /** Where several processes listen for it together; whoever started them moves it to `socket`. */
  readonly sharedSocket?: string | undefined;
}

export interface ApiServerOptions extends ApiMeans {
  readonly address: ApiAddress;
  /** It may be renewed meanwhile. */
  readonly certificate: ServerCertificate;
  /** What tests shorten. */
  readonly requestTimeoutMs?: number;
}

export interface ApiServer extends AsyncDisposable {
  readonly port: number;
  readonly socket: string | undefined;
  /** All that there are, for those who check that each is guarded. */
  readonly routes: readonly ApiRoute[];
  close(): Promise<void>;
}

/** A token of 16 KiB, and everything else that a client says of itself. */
const MAX_HEADER_BYTES = 24 * 1024;
const MAX_CONNECTIONS = 1_000;
const MAX_CONNECTIONS_PER_ADDRESS = 200;
const REQUEST_TIMEOUT_MS = 30_000;
const KEEP_ALIVE_MS = 60_000;
const HANDSHAKE_MS = 10_000;
const LAST_ANSWERS_MS = 2_000;

/** Opens the API: over TLS for everybody, and in the clear only on the socket that nobody else can open. */
export async function startApi(options: ApiServerOptions): Promise<ApiServer> {
  const { address, certificate, log } = options;
  await using opened = new AsyncDisposableStack();
  const { app, routes } = await buildApi(options);
  opened.defer(() => app.close());
  const receive = (request: IncomingMessage, response: ServerResponse): void => app.routing(request, response);
  const times = timesOf(options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS);
  const secure = createHttpsServer(
    { ...times, ...contextOf(certificate.current), handshakeTimeout: HANDSHAKE_MS },
    receive,
  );
  opened.defer(certificate.onRenewed((renewed) => secure.setSecureContext(contextOf(renewed))));
  const port = await listen(secure, address);
  prepare(secure);
  boundAddresses(secure);
  opened.defer(() => closeServer(secure));
  log.info("api.opened", { host: address.host, port });
  if (address.socket !== undefined) {
    const local = createHttpServer(times, receive);
    local.on("connection", markLocal);
    prepare(local);
    const takeAway =
      address.sharedSocket === undefined
        ? await listenOnSocket(local, address.socket)
        : await listenTogether(local, address.sharedSocket);
    opened.defer(() => closeServer(local));
    opened.defer(takeAway);
    log.info("api.opened", { file: address.socket });
  }
  const everything = opened.move();
  const close = (): Promise<void> => everything.disposeAsync();
  return { port, socket: address.socket, routes: routes.routes, close, [Symbol.asyncDispose]: close };
}

function contextOf({ certificate: cert, key }: PresentedCertificate): SecureContextOptions {
  return { cert, key, minVersion: "TLSv1.2" };
}

function timesOf(requestTimeout: number) {
  return {
    requestTimeout,
    headersTimeout: Math.min(requestTimeout, 10_000),
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: Math.min(requestTimeout, 1_000),
    maxHeaderSize: MAX_HEADER_BYTES,
    noDelay: true,
  };
}

function prepare(server: Server): void {
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", refuseUnreadable);
}

/** Slow ones are ended by their timeouts, but until then one address must not take all there are. */
function boundAddresses(server: Server): void {
  const counts = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const key = addressKey(socket.remoteAddress ?? "");
    const count = (counts.get(key) ?? 0) + 1;
    if (count > MAX_CONNECTIONS_PER_ADDRESS) {
      socket.destroy();
      return;
    }
    counts.set(key, count);
    socket.once("close", () => {
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    });
  });
}

const unreadable: Readonly<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout"],
};

/** What cannot be read as HTTP reaches no route; it is answered all the same. */
function refuseUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, reason] = unreadable[error.code ?? ""] ?? [400, "Bad Request"];
  const body = JSON.stringify({ ...problemOf(new GatewayError("api/invalid", reason), "none"), status, title: reason });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\ncontent-type: application/problem+json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function listen(server: Server, { host, port }: ApiAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = ({ message }: Error): void =>
      reject(new GatewayError("internal/unexpected", `the API cannot listen on ${host}:${port}: ${message}`));
    server.once("error", fail);
    server.listen({ host, port }, () => {
      server.off("error", fail);
      const address = server.address();
      resolve(address !== null && typeof address === "object" ? address.port : port);
    });
  });
}

/** Answers that are being given may be given, for a moment; recordings that are followed would go on for ever. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
  await closed;
  clearTimeout(timer);
}
