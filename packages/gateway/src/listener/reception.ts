import type { Socket } from "node:net";
import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { closeGently } from "@sallyport/shared/stream/close-gently";
import { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import type { SessionMeans } from "../session/session.ts";
import type { Admission } from "./admission.ts";
import { ClientConnection } from "./client-connection.ts";
import type { DoorCertificate } from "./door-certificate.ts";
import { isLoopback } from "./is-loopback.ts";

const MAX_TURNING_AWAY = 100;

export interface ReceptionOptions {
  readonly adapter: ProtocolAdapter;
  /** Asked for each connection: it may be renewed meanwhile. */
  readonly certificate: () => DoorCertificate;
  readonly plaintext: "loopback" | "always" | "never";
  readonly maxMessageBytes: number;
  readonly admission: Admission;
  /** The one connection that the listener leads to, where it leads to one. */
  readonly connection: string | undefined;
  /** What is known of the servers behind the listener. */
  readonly likelyServers: () => readonly ServerFacts[];
  readonly means: SessionMeans;
}

/** Receives the connections of one listener: each gets its session, or is turned away when there are too many. */
export class Reception {
  readonly #options: ReceptionOptions;
  #turningAway = 0;

  constructor(options: ReceptionOptions) {
    this.#options = options;
  }

  receive(socket: Socket): void {
    const { adapter, certificate, maxMessageBytes, admission, connection, likelyServers, means } = this.#options;
    const address = socket.remoteAddress;
    // A peer that is gone before we look has no address any more.
    if (address === undefined) {
      socket.destroy();
      return;
    }
    try {
      const place = admission.admit(address);
      const client = new ClientConnection({
        adapter,
        address,
        door: {
          stream: new SocketStream(socket, "client/gone"),
          tls: certificate(),
          plaintextAllowed: this.#allowsPlaintext(address),
          maxMessageBytes,
          likelyServers,
        },
        listenerConnection: connection,
        place,
        means,
      });
      void client.live();
    } catch (error) {
      const reason = GatewayError.from(error);
      const about = { address, protocol: adapter.id, code: reason.code, reason: reason.message };
      means.log.warn("connection.turned-away", about);
      void this.#turnAway(new SocketStream(socket, "client/gone"), adapter.turnAway(reason));
    }
  }

  /** Only so many are given the time to read why: those who come in thousands must not be held open by it. */
  async #turnAway(stream: SocketStream, lastWords: Buffer): Promise<void> {
    if (this.#turningAway >= MAX_TURNING_AWAY) {
      stream.destroy();
      return;
    }
    this.#turningAway++;
    await closeGently(stream, lastWords);
    this.#turningAway--;
  }

  #allowsPlaintext(address: string): boolean {
    const { plaintext } = this.#options;
    return plaintext === "always" || (plaintext === "loopback" && isLoopback(address));
  }
}
