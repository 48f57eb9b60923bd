import { isDeepStrictEqual } from "node:util";
import type { CertificateGrant } from "@sallyport/shared/enrolment/certificate-grant";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "@sallyport/shared/log";
import { gatewayMessage, type GatewayWords } from "@sallyport/shared/tunnel/control-messages";
import { factsFault } from "@sallyport/shared/tunnel/facts-fault";
import { errorOf, failureOf } from "@sallyport/shared/tunnel/failure-message";
import type {
  AgentMessage,
  GatewayMessage,
  Health,
  SessionOpened,
} from "@sallyport/shared/tunnel/gen/sallyport/tunnel/v1/tunnel_pb";
import { Liveness } from "@sallyport/shared/tunnel/liveness";
import type { OpenSession, ServerFacts } from "@sallyport/shared/tunnel/open-session";
import type { RelayChannel } from "@sallyport/shared/tunnel/relay-channel";
import { RelayMultiplexer } from "@sallyport/shared/tunnel/relay-multiplexer";
import { requestMessageOf } from "@sallyport/shared/tunnel/session-request-message";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import type { RenewalRequest } from "../enrolment/enrolment-desk.ts";
import { HealthRounds } from "./health-rounds.ts";
import type { ReplicaTunnel } from "./tunnel-registry.ts";
import { isSealed, type Unseal } from "./unseal.ts";

const NONE: ReadonlySet<string> = new Set();

/** How long an agent may take to pass a cancel on. */
const CANCEL_MS = 10_000;

/** Who is at the other end, and how to reach it: the two streams without their transport. */
export interface RemoteTunnelOptions {
  readonly agent: string;
  readonly group: string;
  /** Of a replica it counts which groups it serves, and by which agent a session was opened; an agent has no say in that. */
  readonly isReplica?: boolean | undefined;
  readonly instance: string;
  readonly epoch: number;
  readonly sendControl: (message: GatewayMessage) => void;
  readonly sendRelay: (message: Buffer, sent: () => void) => void;
  /** Ends both streams. */
  readonly hangUp: (reason: GatewayError) => void;
  /** A server that the agent was asked to check is well, and says this about itself. */
  readonly onServer: (target: OpenSession, facts: ServerFacts) => void;
  /** Puts a sealed password into a request; left out where none is kept. */
  readonly unseal?: Unseal | undefined;
  /** Signs a new certificate for the agent; left out where it cannot have one of ours. */
  readonly renew?: ((request: RenewalRequest) => Promise<CertificateGrant>) | undefined;
  /** It takes no new sessions any more; or it is a replica, and has said which groups it has agents of. */
  readonly onChanged: () => void;
  /** The relay has carried an echo: sessions may be opened. */
  readonly onOnline: () => void;
  readonly log: Log;
  readonly pingEveryMs?: number | undefined;
  readonly leaseMs?: number | undefined;
}

/** An agent reached over gRPC, or a replica that passes sessions on. */
export class RemoteTunnel implements ReplicaTunnel {
  readonly agent: string;
  readonly group: string;
  readonly instance: string;
  readonly epoch: number;
  readonly closed: Promise<void>;
  readonly #options: RemoteTunnelOptions;
  readonly #relay: RelayMultiplexer;
  readonly #liveness: Liveness;
  readonly #closed = Promise.withResolvers<void>();
  readonly #opening = new Map<number, PromiseWithResolvers<Omit<ServerSession, "stream">>>();
  /** By channel, who waits to hear that a session's server is about to leave. */
  readonly #leaving = new Map<number, PromiseWithResolvers<number>>();
  readonly #cancelling = new Map<number, PromiseWithResolvers<void>>();
  readonly #health = new Map<string, boolean>();
  readonly #rounds: HealthRounds;
  /** What the agent was asked to check: what it says of anything else is not kept. */
  #watched: ReadonlyMap<string, OpenSession> = new Map();
  /** Undefined until it has said so for the first time. */
  #served: ReadonlySet<string> | undefined;
  #state: "joining" | "online" | "draining" | "closed" = "joining";
  #lastChannel = 0;
  #lastCancel = 0;
  #renewing = false;

  constructor(options: RemoteTunnelOptions) {
    this.agent = options.agent;
    this.group = options.group;
    this.instance = options.instance;
    this.epoch = options.epoch;
    this.closed = this.#closed.promise;
    this.#options = options;
    this.#relay = new RelayMultiplexer({ send: options.sendRelay, lostCode: "tunnel/agent-lost" });
    this.#rounds = new HealthRounds({
      unseal: options.unseal,
      check: (target) => this.#send({ case: "checkHealth", value: { connection: requestMessageOf(target) } }),
      onFailed: (target, failure) => this.#setHealth(target.connection, failure),
    });
    this.#liveness = new Liveness({
      beat: () => this.#send({ case: "heartbeat", value: {} }),
      echo: () => this.#relay.echo(),
      onOnline: () => this.#becomeOnline(),
      onLost: (silent) =>
        this.close(new GatewayError("tunnel/agent-lost", `agent ${this.agent}: its ${silent} stream is silent`)),
      pingEveryMs: options.pingEveryMs,
      leaseMs: options.leaseMs,
    });
  }

  get sessionCount(): number {
    return this.#relay.channelCount;
  }

  get isDraining(): boolean {
    return this.#state !== "online";
  }

  /** Of a replica: the groups that it has agents of. */
  get served(): ReadonlySet<string> {
    return this.#served ?? NONE;
  }

  get hasTold(): boolean {
    return this.#served !== undefined;
  }

  isHealthy(connection: string): boolean | undefined {
    return this.#health.get(connection);
  }

  async open(asked: OpenSession, signal: AbortSignal): Promise<ServerSession> {
    const { unseal } = this.#options;
    const request = unseal === undefined || !isSealed(asked) ? asked : await unseal(asked);
    if (signal.aborted) throw GatewayError.from(signal.reason, "server/unreachable");
    if (this.#state !== "online")
      throw new GatewayError("tunnel/no-agent", `the tunnel of agent ${this.agent} is ${this.#state}`);
    this.#lastChannel += 1;
    const channel = this.#lastChannel;
    // Open before the agent is asked: the two streams are not ordered, and the server's first bytes may overtake the answer.
    const stream = this.#relay.open(channel);
    const answer = Promise.withResolvers<Omit<ServerSession, "stream">>();
    this.#opening.set(channel, answer);
    const leaving = this.#leavingOf(channel, stream);
    const onAbort = () => {
      this.#send({ case: "abandonSession", value: { channel } });
      answer.reject(GatewayError.from(signal.reason, "server/unreachable"));
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      this.#send({ case: "openSession", value: { channel, request: requestMessageOf(request) } });
      return { ...(await answer.promise), stream, leaving };
    } catch (reason) {
      const error = GatewayError.from(reason, "tunnel/agent-lost");
      stream.abandon(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
      this.#opening.delete(channel);
    }
  }

  async cancel(session: string): Promise<void> {
    if (this.#state === "closed")
      throw new GatewayError("tunnel/agent-lost", `the tunnel of agent ${this.agent} is closed`);
    this.#lastCancel += 1;
    const request = this.#lastCancel;
    const told = Promise.withResolvers<void>();
    this.#cancelling.set(request, told);
    this.#send({ case: "cancelSession", value: { request, session } });
    const late = setTimeout(
      () => told.reject(new GatewayError("server/lost", `agent ${this.agent} did not answer a cancel`)),
      CANCEL_MS,
    );
    await told.promise.finally(() => {
      clearTimeout(late);
      this.#cancelling.delete(request);
    });
  }

  /** Has the agent check these connections from now on, instead of those it was given before. */
  watchHealth(connections: readonly OpenSession[]): void {
    // this is asked with every change of the store, and each new list is a login to every server
    if (isDeepStrictEqual(connections, [...this.#watched.values()])) return;
    this.#watched = new Map(connections.map((target) => [target.connection, target]));
    for (const name of this.#health.keys()) if (!this.#watched.has(name)) this.#health.delete(name);
    // what is sealed does not go where it would be kept: the gateway has it checked time after time
    const sealed = this.#options.unseal === undefined ? [] : connections.filter(isSealed);
    const others = connections.filter((target) => !sealed.includes(target));
    this.#send({ case: "watchHealth", value: { connections: others.map(requestMessageOf) } });
    this.#rounds.watch(sealed);
  }

  /** Tells the other end that no more sessions are opened here, so that it finds itself another gateway. */
  drain(): void {
    this.#send({ case: "drain", value: {} });
  }

  /** Takes a message of the control stream. */
  receiveControl(message: AgentMessage): void {
    this.#liveness.heardControl();
    const { message: kind } = message;
    switch (kind.case) {
      case "sessionOpened":
        this.#noteOpened(kind.value);
        return;
      case "sessionRefused":
        this.#opening.get(kind.value.channel)?.reject(errorOf(kind.value.failure));
        return;
      case "cancelled": {
        const told = this.#cancelling.get(kind.value.request);
        if (kind.value.failure === undefined) told?.resolve();
        else told?.reject(errorOf(kind.value.failure));
        return;
      }
      case "health":
        this.#noteHealth(kind.value);
        return;
      case "drain":
        if (this.#state !== "online") return;
        this.#state = "draining";
        this.#options.onChanged();
        return;
      case "sessionLeaving":
        this.#leaving.get(kind.value.channel)?.resolve(kind.value.withinMs);
        return;
      case "serving":
        if (this.#options.isReplica === true) this.#noteServing(new Set(kind.value.groups));
        return;
      case "renewCertificate":
        void this.#renew(kind.value);
        return;
      // A heartbeat has done its work by arriving; messages of a newer version are not meant for this one.
      case "heartbeat":
      case "register":
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

  close(reason: GatewayError): void {
    if (this.#state === "closed") return;
    this.#options.log.warn("tunnel.closed", {
      agent: this.agent,
      group: this.group,
      sessions: this.sessionCount,
      code: reason.code,
      reason: reason.message,
    });
    this.#state = "closed";
    this.#liveness.stop();
    this.#rounds.stop();
    const lost = new GatewayError("tunnel/agent-lost", `agent ${this.agent} was lost`, { cause: reason });
    for (const answer of this.#opening.values()) answer.reject(lost);
    for (const told of this.#cancelling.values()) told.reject(lost);
    this.#relay.break(lost);
    this.#options.hangUp(reason);
    this.#closed.resolve();
  }

  #becomeOnline(): void {
    if (this.#state !== "joining") return;
    this.#state = "online";
    this.#options.log.info("tunnel.online", { agent: this.agent, group: this.group });
    this.#options.onOnline();
  }

  #leavingOf(channel: number, stream: RelayChannel): Promise<number> {
    const leaving = Promise.withResolvers<number>();
    this.#leaving.set(channel, leaving);
    void stream.closed.then(() => this.#leaving.delete(channel));
    return leaving.promise;
  }

  /** Whoever hears of a change tells others: what is said again must not go round. */
  #noteServing(groups: ReadonlySet<string>): void {
    if (isDeepStrictEqual(groups, this.#served)) return;
    this.#served = groups;
    this.#options.onChanged();
  }

  #noteOpened({ channel, version, settings, agent }: SessionOpened): void {
    const opening = this.#opening.get(channel);
    if (opening === undefined) return;
    const fault = factsFault({ version, settings });
    const opener = this.#options.isReplica === true ? agent : undefined;
    if (fault === undefined) opening.resolve({ facts: { version, settings }, agent: opener });
    else {
      this.#send({ case: "abandonSession", value: { channel } });
      opening.reject(fault);
    }
  }

  #noteHealth({ connection, version, settings, ...report }: Health): void {
    const target = this.#watched.get(connection);
    if (target === undefined) return;
    const facts = { version, settings };
    const failure = report.failure === undefined ? factsFault(facts) : errorOf(report.failure);
    if (failure === undefined) this.#options.onServer(target, facts);
    this.#setHealth(connection, failure);
  }

  #setHealth(connection: string, failure: GatewayError | undefined): void {
    const healthy = failure === undefined;
    if (this.#health.get(connection) !== healthy) {
      const fields = { agent: this.agent, group: this.group, connection };
      if (healthy) this.#options.log.info("connection.healthy", fields);
      else this.#options.log.warn("connection.unhealthy", { ...fields, code: failure.code, reason: failure.message });
    }
    this.#health.set(connection, healthy);
  }

  /** One at a time: an agent that asks again before it is answered is not heard. */
  async #renew({ csr, held }: RenewalRequest): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    try {
      const { renew } = this.#options;
      if (renew === undefined) throw new GatewayError("enrolment/revoked", `agent ${this.agent} did not enrol here`);
      const { tunnels, ...grant } = await renew({ csr, held });
      this.#send({ case: "certificateRenewed", value: { ...grant, tunnels: [...tunnels] } });
    } catch (reason) {
      const error = GatewayError.from(reason);
      const fields = { agent: this.agent, group: this.group, code: error.code, reason: error.message };
      this.#options.log.warn("agent.not-renewed", fields);
      this.#send({ case: "renewalRefused", value: { failure: failureOf(error) } });
    } finally {
      this.#renewing = false;
    }
  }

  #send(words: GatewayWords): void {
    if (this.#state === "closed") return;
    this.#options.sendControl(gatewayMessage(words));
  }
}
