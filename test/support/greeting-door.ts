import { createServer, type AddressInfo, type Socket } from "node:net";
import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { issueCertificate, makeAuthority } from "@sallyport/cli/demo/certificates/issue";
import type { CancelTalk, ClientDoor, LoginTalk, NoTalk, ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";

/** What became of one client's connection. */
export type Greeting = LoginTalk | CancelTalk | NoTalk | GatewayError;

/** A listener that greets clients of one protocol and nothing else; what follows a login is the test's. */
export interface GreetingDoor extends AsyncDisposable {
  readonly port: number;
  readonly ca: string;
  /** How the next connection's greeting ended, in the order in which they ended. */
  nextGreeting(): Promise<Greeting>;
  /** Connections that are still open. */
  openConnections(): Promise<number>;
}

/** How the door is set up, and what it does with clients that log in. */
export interface GreetingDoorOptions {
  readonly greetClient: ProtocolAdapter["greetClient"];
  readonly plaintextAllowed?: boolean;
  readonly likelyServers?: readonly ServerFacts[];
  readonly onLogin?: (talk: LoginTalk, door: ClientDoor) => Promise<void>;
}

/** Opens a door on loopback with a certificate for `localhost`. */
export async function openGreetingDoor(options: GreetingDoorOptions): Promise<GreetingDoor> {
  const { greetClient, plaintextAllowed = false, likelyServers = [], onLogin } = options;
  const authority = await makeAuthority("test authority", 1);
  const own = await issueCertificate(authority, { name: "gateway", hosts: ["localhost"], usage: "server", days: 1 });
  const tls = {
    context: createSecureContext({ cert: own.certificate, key: own.key }),
    certificate: new X509Certificate(own.certificate).raw,
  };
  const greetings: Promise<Greeting>[] = [];
  const awaited: ((greeting: Promise<Greeting>) => void)[] = [];
  const sockets = new Set<Socket>();

  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    const stream = new SocketStream(socket, "client/gone");
    const door: ClientDoor = {
      stream,
      tls,
      plaintextAllowed,
      maxMessageBytes: 16 * 1024,
      likelyServers: () => likelyServers,
      mintCancelKey: (secretBytes) => ({ id: 7, secret: Buffer.alloc(secretBytes, 9) }),
      stand: () => undefined,
    };
    const greeting = greet(greetClient(door), door, onLogin);
    const waiting = awaited.shift();
    if (waiting === undefined) greetings.push(greeting);
    else waiting(greeting);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    port: portOf(server.address()),
    ca: authority.certificate,
    nextGreeting: () => greetings.shift() ?? new Promise((resolve) => awaited.push(resolve)),
    openConnections: () =>
      new Promise((resolve, reject) =>
        server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
      ),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function greet(
  greeted: ReturnType<ProtocolAdapter["greetClient"]>,
  door: ClientDoor,
  onLogin: GreetingDoorOptions["onLogin"],
): Promise<Greeting> {
  try {
    const talk = await greeted;
    if (talk.kind === "login" && onLogin !== undefined) {
      await onLogin(talk, door);
      void untilClientEnds(door.stream).catch(() => undefined);
    }
    return talk;
  } catch (error) {
    return GatewayError.from(error);
  }
}

/** What a session would do in the end. */
async function untilClientEnds(stream: SocketStream): Promise<void> {
  try {
    while ((await stream.read()) !== undefined);
  } finally {
    stream.destroy();
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === "string") throw new Error("the door has no port");
  return address.port;
}
