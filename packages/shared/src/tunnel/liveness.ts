import { LEASE_MS, PING_EVERY_MS } from "./tunnel-service.ts";

export interface LivenessOptions {
  /** Sends a heartbeat on the control stream. */
  readonly beat: () => void;
  /** Resolves once the other end's relay has answered. */
  readonly echo: () => Promise<void>;
  /** The relay carried the first echo. */
  readonly onOnline: () => void;
  /** One of the two streams was silent for the length of the lease. */
  readonly onLost: (silent: "control" | "relay") => void;
  readonly pingEveryMs?: number | undefined;
  readonly leaseMs?: number | undefined;
  readonly now?: () => number;
}

/** Pings on both streams of a tunnel and tells when it is gone; each end runs its own. A TCP connection alone may look alive for minutes after its peer is not. */
export class Liveness {
  readonly #options: LivenessOptions;
  readonly #leaseMs: number;
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #controlHeardAt: number;
  #relayHeardAt: number;
  #online = false;
  #echoing = false;
  #stopped = false;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? LEASE_MS;
    this.#now = options.now ?? (() => performance.now());
    this.#controlHeardAt = this.#now();
    this.#relayHeardAt = this.#controlHeardAt;
    this.#timer = setInterval(() => this.#tick(), options.pingEveryMs ?? PING_EVERY_MS);
    this.#echo();
  }

  /** Something arrived on the control stream. */
  heardControl(): void {
    this.#controlHeardAt = this.#now();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  #tick(): void {
    const oldest = this.#now() - this.#leaseMs;
    if (this.#controlHeardAt <= oldest) this.#lose("control");
    else if (this.#relayHeardAt <= oldest) this.#lose("relay");
    else {
      this.#options.beat();
      this.#echo();
    }
  }

  #lose(silent: "control" | "relay"): void {
    this.stop();
    this.#options.onLost(silent);
  }

  /** One at a time: an answer that is late is late for all that would follow it. */
  #echo(): void {
    if (this.#echoing) return;
    this.#echoing = true;
    void this.#options.echo().then(() => this.#echoed());
  }

  #echoed(): void {
    this.#echoing = false;
    this.#relayHeardAt = this.#now();
    if (this.#online || this.#stopped) return;
    this.#online = true;
    this.#options.onOnline();
  }
}
