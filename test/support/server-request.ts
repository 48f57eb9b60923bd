import { connect } from "node:net";
import type { Dial } from "@sallyport/shared/adapter";
import { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";

/** What a test says differently from an ordinary request. */
export type RequestChange = Partial<Omit<OpenSession, "server">> & { readonly server?: Partial<OpenSession["server"]> };

/** A request for a PostgreSQL server on loopback, without TLS unless the change says so. */
export function serverRequest(port: number, change: RequestChange = {}): OpenSession {
  return {
    session: "s-1",
    protocol: "postgres",
    connection: "shop",
    credential: { user: "postgres" },
    database: "postgres",
    principal: "alice",
    settings: {},
    options: {},
    ...change,
    server: { host: "localhost", port, tls: "disable", ...change.server },
  };
}

/** Dials a port on loopback, or the port of another member; counts what it opened, so that a test can see that everything was closed. */
export function dialTo(port: number): Dial & { readonly streams: readonly SocketStream[] } {
  const streams: SocketStream[] = [];
  const dial: Dial = async (other) => {
    const socket = connect({ port: other?.port ?? port, host: "127.0.0.1" });
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    const stream = new SocketStream(socket, "server/lost");
    streams.push(stream);
    return stream;
  };
  return Object.assign(dial, { streams });
}
