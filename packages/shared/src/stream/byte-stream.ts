/**
 * An ordered pair of byte flows with back-pressure: a socket, or one session of a tunnel.
 * One reader and one writer at a time.
 */
export interface ByteStream {
  /** The next bytes, or undefined once the peer has ended. Rejects with the `GatewayError` that broke the stream. */
  read(): Promise<Buffer | undefined>;
  /** Takes the bytes at once, which must not change afterwards. A promise says: write no more until it resolves. It rejects when the stream broke. */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Ends the outgoing flow after everything that was written. */
  end(): void;
  /** Drops both flows now. Idempotent. With a reason, pending and later reads and writes reject with it. */
  destroy(reason?: Error): void;
  /** Resolves once nothing of the stream is left. Never rejects. */
  readonly closed: Promise<void>;
}
