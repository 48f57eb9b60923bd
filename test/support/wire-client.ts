import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { decodeAuthentication } from "@sallyport/protocol-pg/messages/authentication";
import { encodeSASLInitialResponse, encodeSASLResponse } from "@sallyport/protocol-pg/messages/sasl-response";
import { encodeStartupMessage } from "@sallyport/protocol-pg/messages/startup-message";
import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { createScramClient } from "@sallyport/shared/scram/scram-client";
import { Secret } from "@sallyport/shared/secret";
import { MessageSplitter, type WireMessage } from "./message-splitter.ts";
import { send } from "./pg-client-messages.ts";

/** Where and as whom a client logs in. */
export interface Side {
  readonly name: "direct" | "through";
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** The side that a URL leads to. */
export function sideOf(name: Side["name"], url: string, database?: string): Side {
  const { port, username, password, pathname } = new URL(url);
  const connection = decodeURIComponent(pathname.slice(1));
  return {
    name,
    host: "127.0.0.1",
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    // The gateway's clients name its connection first.
    database: database === undefined ? connection : name === "direct" ? database : `${connection}/${database}`,
  };
}

/**
 * A PostgreSQL client without opinions: it logs in over plaintext and then sends what it is told. It reads only when asked,
 * so that a test can be slow.
 */
export class WireClient implements AsyncDisposable {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #splitter = new MessageSplitter();
  #messages: readonly WireMessage[] = [];
  #at = 0;
  /** What BackendKeyData said: process id and secret, as a CancelRequest repeats them. */
  #key: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    const chunks: AsyncIterable<Buffer> = socket;
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  static async connect(side: Side, minor = 0): Promise<WireClient> {
    const socket = connect({ host: side.host, port: side.port });
    socket.setNoDelay(true);
    // What breaks the connection shows as its end.
    socket.on("error", () => undefined);
    const client = new WireClient(socket);
    const parameters = [
      ["user", side.user],
      ["database", side.database],
    ] as const;
    client.send(encodeStartupMessage({ type: "StartupMessage", major: 3, minor, parameters }));
    await client.#logIn(side.password);
    return client;
  }

  get cancelKey(): Buffer {
    return this.#key;
  }

  /** Handed to the socket at once, whatever it can take. */
  send(...messages: readonly Buffer[]): void {
    this.#socket.write(Buffer.concat(messages));
  }

  /** Resolves when the connection can take more. */
  async sendAll(bytes: Buffer): Promise<void> {
    if (!this.#socket.write(bytes)) await once(this.#socket, "drain");
  }

  /** The next bytes as they arrive, past the cutting into messages. */
  async chunk(): Promise<Buffer | undefined> {
    const next = await this.#chunks.next().catch(() => undefined);
    return next === undefined || next.done === true ? undefined : next.value;
  }

  /** The next message; undefined once the connection has ended. */
  async next(): Promise<WireMessage | undefined> {
    while (this.#at === this.#messages.length) {
      const chunk = await this.chunk();
      if (chunk === undefined) return undefined;
      this.#messages = this.#splitter.push(chunk);
      this.#at = 0;
    }
    return this.#messages[this.#at++];
  }

  /** Everything up to so many ReadyForQuery, or to the connection's end. */
  async untilReady(times = 1): Promise<WireMessage[]> {
    const received: WireMessage[] = [];
    for (let missing = times; missing > 0;) {
      const message = await this.next();
      if (message === undefined) break;
      received.push(message);
      if (message.tag === "Z") missing--;
    }
    return received;
  }

  /** The first message of this kind, and nothing of what is before it. */
  async until(tag: string): Promise<WireMessage> {
    for (;;) {
      const message = await this.next();
      if (message === undefined) throw new Error(`the connection ended before a message ${tag}`);
      if (message.tag === tag) return message;
    }
  }

  async query(text: string): Promise<WireMessage[]> {
    this.send(send.query(text));
    return this.untilReady();
  }

  /** Sends nothing more, and does not say so first. */
  hangUp(): void {
    this.#socket.end();
  }

  /** Breaks the connection as a dying host would. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#socket.destroyed) return;
    const closed = once(this.#socket, "close");
    this.#socket.end(send.terminate());
    while ((await this.chunk()) !== undefined);
    await closed;
  }

  async #logIn(password: string): Promise<void> {
    const scram = createScramClient({ user: "", password: new Secret(password), binding: { kind: "impossible" } });
    for (;;) {
      const message = await this.next();
      if (message === undefined) throw new Error("the connection ended during the login");
      if (message.tag === "E") throw new Error(`the login was refused: ${message.body.toString()}`);
      if (message.tag === "K") this.#key = Buffer.from(message.body);
      if (message.tag === "Z") return;
      if (message.tag !== "R") continue;
      const asked = decodeAuthentication(new ByteReader(message.body));
      if (asked.kind === "sasl")
        this.send(encodeSASLInitialResponse({ mechanism: "SCRAM-SHA-256", data: scram.first() }));
      else if (asked.kind === "sasl-continue") this.send(encodeSASLResponse(await scram.final(asked.data)));
      else if (asked.kind === "sasl-final") scram.verify(asked.data);
      else if (asked.kind !== "ok") throw new Error(`the login asks for ${asked.kind}`);
    }
  }
}
