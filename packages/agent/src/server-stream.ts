import type { LoggedIn } from "@sallyport/shared/adapter";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";

/**
 * A server's stream that leaves no work behind: a session that is dropped before its end also has its running statement
 * cancelled, because a server may not notice a closed connection before the statement is done.
 */
export class ServerStream implements ByteStream {
  readonly closed: Promise<void>;
  readonly #server: LoggedIn;
  readonly #onCancelFailed: (reason: unknown) => void;
  #over = false;

  constructor(server: LoggedIn, onCancelFailed: (reason: unknown) => void) {
    this.#server = server;
    this.#onCancelFailed = onCancelFailed;
    this.closed = server.stream.closed;
    void this.closed.then(() => {
      this.#over = true;
    });
  }

  async read(): Promise<Buffer | undefined> {
    const bytes = await this.#server.stream.read();
    if (bytes === undefined) this.#over = true;
    return bytes;
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    return this.#server.stream.write(bytes);
  }

  end(): void {
    this.#server.stream.end();
  }

  destroy(reason?: Error): void {
    const wasOver = this.#over;
    this.#over = true;
    this.#server.stream.destroy(reason);
    if (!wasOver) this.#server.cancel().catch(this.#onCancelFailed);
  }
}
