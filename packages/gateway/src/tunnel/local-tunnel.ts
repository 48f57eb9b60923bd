import { GatewayError } from "@sallyport/shared/errors";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { ServerSession, SessionOpener } from "@sallyport/shared/tunnel/tunnel";
import type { RegisteredTunnel } from "./tunnel-registry.ts";
import type { Unseal } from "./unseal.ts";

export interface LocalTunnelOptions {
  readonly agent: string;
  readonly group: string;
  readonly opener: SessionOpener;
  /** Puts a sealed password into a request; left out where none is kept. */
  readonly unseal?: Unseal | undefined;
}

/** A tunnel to an agent in this process: the server's streams are handed over as they are. */
export function createLocalTunnel(options: LocalTunnelOptions): RegisteredTunnel {
  return new LocalTunnel(options);
}

class LocalTunnel implements RegisteredTunnel {
  readonly agent: string;
  readonly group: string;
  readonly instance = "local";
  readonly epoch = 0;
  readonly isDraining = false;
  readonly closed: Promise<void>;
  readonly #closed = Promise.withResolvers<void>();
  readonly #opener: SessionOpener;
  readonly #unseal: Unseal | undefined;
  readonly #streams = new Set<ByteStream>();
  readonly #gone = new AbortController();

  constructor(options: LocalTunnelOptions) {
    this.agent = options.agent;
    this.group = options.group;
    this.#opener = options.opener;
    this.#unseal = options.unseal;
    this.closed = this.#closed.promise;
  }

  get sessionCount(): number {
    return this.#streams.size;
  }

  /** The agent's logins end in the gateway's own log here; there is no separate check. */
  isHealthy(): undefined {
    return undefined;
  }

  async open(request: OpenSession, signal: AbortSignal): Promise<ServerSession> {
    if (this.#gone.signal.aborted) throw new GatewayError("tunnel/no-agent", "the local agent is closed");
    const ready = (await this.#unseal?.(request)) ?? request;
    const session = await this.#opener.open(ready, AbortSignal.any([signal, this.#gone.signal]));
    this.#streams.add(session.stream);
    void session.stream.closed.then(() => this.#streams.delete(session.stream));
    if (this.#gone.signal.aborted) session.stream.destroy(agentLost());
    return session;
  }

  cancel(session: string): Promise<void> {
    return this.#opener.cancel(session);
  }

  close(): void {
    if (this.#gone.signal.aborted) return;
    const lost = agentLost();
    this.#gone.abort(lost);
    for (const stream of this.#streams) stream.destroy(lost);
    this.#closed.resolve();
  }
}

function agentLost(): GatewayError {
  return new GatewayError("tunnel/agent-lost", "the local agent was closed");
}
