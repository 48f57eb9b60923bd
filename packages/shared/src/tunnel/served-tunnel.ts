import { GatewayError } from "../errors.ts";
import { joinStreams } from "../stream/pump.ts";
import type { Log } from "../log.ts";
import { agentMessage, type AgentWords } from "./control-messages.ts";
import { errorOf, failureOf } from "./failure-message.ts";
import type { AgentMessage, GatewayMessage, OpenSession, SessionRequest } from "./gen/sallyport/tunnel/v1/tunnel_pb.ts";
import { Liveness } from "./liveness.ts";
import type { ServerFacts } from "./open-session.ts";
import { RelayMultiplexer } from "./relay-multiplexer.ts";
import { requestOf } from "./session-request-message.ts";
import type { CertificateRenewal } from "./certificate-renewal.ts";
import { assertTellable } from "./assert-tellable.ts";
import { HealthWatch, type HealthWatchOptions } from "./health-watch.ts";
import type { SessionOpener } from "./tunnel.ts";

export interface ServedTunnelOptions {
  readonly opener: SessionOpener;
  /** How servers are checked; left out at a replica, which nobody asks. */
  readonly health?: Pick<HealthWatchOptions, "check" | "intervalMs"> | undefined;
  readonly sendControl: (message: AgentMessage) => void;
  readonly sendRelay: (message: Buffer, sent: () => void) => void;
  /** Ends both streams. */
  readonly hangUp: () => void;
  /** The relay has carried an echo. */
  readonly onOnline: () => void;
  /** The gateway leaves, and its sessions with it: it opens no more, and somebody else should. */
  readonly onDrain?: (() => void) | undefined;
  /** Left out where the certificate is not the gateway's. */
  readonly renewal?: CertificateRenewal | undefined;
  readonly log: Log;
  readonly pingEveryMs?: number | undefined;
  readonly leaseMs?: number | undefined;
}

/** What is kept of a session, from the gateway's request until nothing of it is left. */
interface ServedSession {
  readonly given: AbortController;
  readonly over: PromiseWithResolvers<void>;
}

/** The end of a tunnel that serves, without its transport: does what the gateway at the other end asks. */
export class ServedTunnel {
  readonly #options: ServedTunnelOptions;
  readonly #relay: RelayMultiplexer;
  readonly #liveness: Liveness;
  readonly #health: HealthWatch | undefined;
  /** By channel. */
  readonly #sessions = new Map<number, ServedSession>();
  /** How long sessions may stay, once the whole tunnel leaves. */
  #leavingWithinMs: number | undefined;
  readonly #gone = Promise.withResolvers<void>();
  #detachRenewal: (() => void) | undefined;
  #closed = false;

  constructor(options: ServedTunnelOptions) {
    this.#options = options;
    this.#relay = new RelayMultiplexer({ send: options.sendRelay, lostCode: "server/lost" });
    this.#liveness = new Liveness({
      beat: () => this.#send({ case: "heartbeat", value: {} }),
      echo: () => this.#relay.echo(),
      onOnline: () => {
        this.#detachRenewal = options.renewal?.attach((value) => this.#send({ case: "renewCertificate", value }));
        options.onOnline();
      },
      onLost: (silent) => this.close(new GatewayError("tunnel/agent-lost", `the gateway's ${silent} stream is silent`)),
      pingEveryMs: options.pingEveryMs,
      leaseMs: options.leaseMs,
    });
    const report = (connection: string, found: ServerFacts | GatewayError): void => this.#report(connection, found);
    this.#health = options.health && new HealthWatch({ ...options.health, report });
  }

  /** Takes a message of the control stream. */
  receiveControl(message: GatewayMessage): void {
    this.#liveness.heardControl();
    const { message: kind } = message;
    switch (kind.case) {
      case "openSession":
        void this.#open(kind.value);
        return;
      case "abandonSession":
        this.#sessions
          .get(kind.value.channel)
          ?.given.abort(new GatewayError("server/unreachable", "the gateway gave the session up"));
        return;
      case "cancelSession":
        void this.#cancel(kind.value.request, kind.value.session);
        return;
      case "watchHealth":
        this.#health?.watch(this.#readRequests(kind.value.connections));
        return;
      case "checkHealth":
        for (const request of this.#readRequests(kind.value.connection === undefined ? [] : [kind.value.connection]))
          void this.#health?.checkOnce(request);
        return;
      case "certificateRenewed":
        this.#options.renewal?.granted(kind.value);
        return;
      case "renewalRefused":
        this.#options.renewal?.refused(errorOf(kind.value.failure));
        return;
      case "drain":
        this.#options.onDrain?.();
        return;
      // A heartbeat has done its work by arriving; messages of a newer version are not meant for this one.
      case "heartbeat":
      case "registered":
      case undefined:
        return;
    }
  }

  /** Takes a message of the relay stream. */
  receiveRelay(message: Buffer): void {
    try {
      this.#relay.receive(message);
    } catch (reason) {
      this.close(GatewayError.from(reason, "protocol/malformed"));
    }
  }

  /** Says which groups' agents there are here. */
  tellServing(groups: readonly string[]): void {
    this.#send({ case: "serving", value: { groups: [...groups] } });
  }

  /** Has the gateway open no more sessions here, and end those that there are in time. Resolves when they are gone, and it has all that they said. */
  async drain(withinMs: number): Promise<void> {
    this.#leavingWithinMs = withinMs;
    this.#send({ case: "drain", value: {} });
    for (const channel of this.#sessions.keys()) this.#tellLeaving(channel, withinMs);
    while (this.#sessions.size > 0) await Promise.all([...this.#sessions.values()].map(({ over }) => over.promise));
    // answered behind everything that was sent before
    await Promise.race([this.#relay.echo(), this.#gone.promise]);
  }

  /** Drops every session with its server connection. */
  close(reason: GatewayError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#options.log.warn("tunnel.closed", {
      sessions: this.#sessions.size,
      code: reason.code,
      reason: reason.message,
    });
    this.#liveness.stop();
    this.#health?.stop();
    this.#detachRenewal?.();
    for (const { given } of this.#sessions.values()) given.abort(reason);
    this.#relay.break(reason);
    this.#options.hangUp();
    this.#gone.resolve();
  }

  async #open({ channel, request }: OpenSession): Promise<void> {
    if (this.#closed || this.#sessions.has(channel)) return;
    const given = new AbortController();
    const session: ServedSession = { given, over: Promise.withResolvers() };
    this.#sessions.set(channel, session);
    try {
      const server = await this.#options.opener.open(requestOf(request), given.signal);
      if (given.signal.aborted) {
        server.stream.destroy(GatewayError.from(given.signal.reason));
        return;
      }
      assertTellable(server);
      const stream = this.#relay.open(channel);
      given.signal.addEventListener("abort", () => stream.destroy(GatewayError.from(given.signal.reason)), {
        once: true,
      });
      const { agent } = server;
      const { version, settings } = server.facts;
      this.#send({
        case: "sessionOpened",
        value: { channel, version, settings: { ...settings }, ...(agent === undefined ? {} : { agent }) },
      });
      void server.leaving?.then((withinMs) => this.#tellLeaving(channel, withinMs));
      // asked for before the gateway knew
      if (this.#leavingWithinMs !== undefined) this.#tellLeaving(channel, this.#leavingWithinMs);
      await joinStreams(server.stream, stream);
      // its last bytes may still wait for the gateway to have room for them
      await stream.closed;
    } catch (reason) {
      this.#send({ case: "sessionRefused", value: { channel, failure: failureOf(GatewayError.from(reason)) } });
    } finally {
      this.#sessions.delete(channel);
      session.over.resolve();
    }
  }

  async #cancel(request: number, session: string): Promise<void> {
    try {
      await this.#options.opener.cancel(session);
      this.#send({ case: "cancelled", value: { request } });
    } catch (reason) {
      this.#send({
        case: "cancelled",
        value: { request, failure: failureOf(GatewayError.from(reason, "server/unreachable")) },
      });
    }
  }

  /** In whole milliseconds: a fraction, as 1.001 seconds have one, cannot be encoded, and the whole tunnel would end by it. */
  #tellLeaving(channel: number, withinMs: number): void {
    if (!this.#sessions.has(channel)) return;
    this.#send({ case: "sessionLeaving", value: { channel, withinMs: Math.round(withinMs) } });
  }

  #report(connection: string, found: ServerFacts | GatewayError): void {
    this.#send({
      case: "health",
      value:
        found instanceof GatewayError
          ? { connection, failure: failureOf(found) }
          : { connection, version: found.version, settings: { ...found.settings } },
    });
  }

  #readRequests(messages: readonly SessionRequest[]): ReturnType<typeof requestOf>[] {
    return messages.flatMap((message) => {
      try {
        return [requestOf(message)];
      } catch (reason) {
        const error = GatewayError.from(reason);
        this.#options.log.warn("health.request-malformed", {
          connection: message.connection,
          code: error.code,
          reason: error.message,
        });
        return [];
      }
    });
  }

  #send(words: AgentWords): void {
    if (!this.#closed) this.#options.sendControl(agentMessage(words));
  }
}
