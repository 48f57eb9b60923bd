import type { Server } from "@grpc/grpc-js";
import { GatewayError } from "@sallyport/shared/errors";
import { EventEmitter } from "node:events";
import type { ServerHttp2Session } from "node:http2";

/**
 * Lets a gRPC server receive more than 64 KiB per round trip. `@grpc/grpc-js` reads `grpc-node.flow_control_window` only
 * in its client (1.14), so its server's two windows are set where it makes its HTTP/2 servers: the streams' by the
 * settings, the connection's on each session. Call it before the server is bound; tunnel-delay.test.ts holds that it works.
 */
export function widenReceiveWindow(server: Server, bytes: number): void {
  const options: unknown = Reflect.get(server, "commonServerOptions");
  const create: unknown = Reflect.get(server, "createHttp2Server");
  if (typeof options !== "object" || options === null || typeof create !== "function") {
    throw new GatewayError("internal/unexpected", "this version of @grpc/grpc-js makes its HTTP/2 servers differently");
  }
  const settings: unknown = Reflect.get(options, "settings");
  Reflect.set(options, "settings", { ...(typeof settings === "object" ? settings : {}), initialWindowSize: bytes });
  Reflect.set(server, "createHttp2Server", (...args: unknown[]): unknown => {
    const http2Server: unknown = Reflect.apply(create, server, args);
    if (http2Server instanceof EventEmitter) {
      http2Server.on("session", (session: ServerHttp2Session) => session.setLocalWindowSize(bytes));
    }
    return http2Server;
  });
}
