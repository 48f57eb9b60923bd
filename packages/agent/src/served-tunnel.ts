import { GatewayError } from "@sallyport/shared/errors";
import { joinStreams } from "@sallyport/shared/stream/pump";
import type { Log } from "@sallyport/shared/log";
import { agentMessage, type AgentWords } from "@sallyport/shared/tunnel/control-messages";
import { errorOf, failureOf } from "@sallyport/shared/tunnel/failure-message";
import type {
  AgentMessage,
  GatewayMessage,
  OpenSession,
  SessionRequest,
} from "@sallyport/shared/tunnel/gen/sallyport/tunnel/v1/tunnel_pb";
import { Liveness } from "@sallyport/shared/tunnel/liveness";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { RelayMultiplexer } from "@sallyport/shared/tunnel/relay-multiplexer";
import { requestOf } from "@sallyport/shared/tunnel/session-request-message";
import type { CertificateRenewal } from "./agent-identity.ts";
import { assertTellable } from "./assert-tellable.ts";
import { HealthWatch } from "./health-watch.ts";
import type { AgentSessionOpener } from "./session-opener.ts";

export interface ServedTunnelOptions {
  readonly opener: AgentSessionOpener;
  readonly sendControl: (message: AgentMessage) => void;
  readonly sendRelay: (message: Buffer, sent: () => void) => void;
  /** Ends both streams. */
  readonly hangUp: () => void;
  /** The relay has carried an echo. */
  readonly onOnline: () => void;
  /** Left out where the certificate is not the gateway's. */
  readonly renewal?: CertificateRenewal | undefined;
  readonly log: Log;
  readonly healthIntervalMs: number;
  readonly pingEveryMs?: number | undefined;
  readonly leaseMs?: number | undefined;
}

/** The agent's end of one tunnel, without its transport: does what the gateway asks. */
export class ServedTunnel {
  readonly #options: ServedTunnelOptions;
  readonly #relay: RelayMultiplexer;
  readonly #liveness: Liveness;
  readonly #health: HealthWatch;
  /** By channel, from the gateway's request until nothing of the session is left. */
  readonly #sessions = new Map<number, AbortController>();
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
    this.#health = new HealthWatch({
      check: (request, signal) => options.opener.check(request, signal),
      report: (connection, found) => this.#report(connection, found),
      intervalMs: options.healthIntervalMs,
    });
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
          ?.abort(new GatewayError("server/unreachable", "the gateway gave the session up"));
        return;
      case "cancelSession":
        void this.#cancel(kind.value.request, kind.value.session);
        return;
      case "watchHealth":
        this.#health.watch(this.#readRequests(kind.value.connections));
        return;
      case "checkHealth":
        for (const request of this.#readRequests(kind.value.connection === undefined ? [] : [kind.value.connection]))
          void this.#health.checkOnce(request);
        return;
      case "certificateRenewed":
        this.#options.renewal?.granted(kind.value);
        return;
      case "renewalRefused":
        this.#options.renewal?.refused(errorOf(kind.value.failure));
        return;
      // A heartbeat has done its work by arriving; the gateway ends a draining tunnel itself; messages of a newer version are not meant for this one.
      case "heartbeat":
      case "drain":
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
    this.#health.stop();
    this.#detachRenewal?.();
    for (const session of this.#sessions.values()) session.abort(reason);
    this.#relay.break(reason);
    this.#options.hangUp();
  }

  async #open({ channel, request }: OpenSession): Promise<void> {
    if (this.#closed || this.#sessions.has(channel)) return;
    const session = new AbortController();
    this.#sessions.set(channel, session);
    try {
      const server = await this.#options.opener.open(requestOf(request), session.signal);
      if (session.signal.aborted) {
        server.stream.destroy(GatewayError.from(session.signal.reason));
        return;
      }
      assertTellable(server);
      const stream = this.#relay.open(channel);
      session.signal.addEventListener("abort", () => stream.destroy(GatewayError.from(session.signal.reason)), {
        once: true,
      });
      this.#send({
        case: "sessionOpened",
        value: { channel, version: server.facts.version, settings: { ...server.facts.settings } },
      });
      await joinStreams(server.stream, stream);
    } catch (reason) {
      this.#send({ case: "sessionRefused", value: { channel, failure: failureOf(GatewayError.from(reason)) } });
    } finally {
      this.#sessions.delete(channel);
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
