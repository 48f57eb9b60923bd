import type { CancelKey, ClientDoor, LoginTalk, ProtocolAdapter, Standing } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { CatalogDesk } from "../catalog/catalog-desk.ts";
import type { Log } from "../log.ts";
import type { AdmittedLogin, LoginDesk } from "../login/login-desk.ts";
import type { Recorder } from "../recording/recorder.ts";
import type { Store } from "../store/store.ts";
import type { Visitors } from "./visitors.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";
import type { CancelElsewhere } from "./cancel-elsewhere.ts";
import { closedWithin } from "./closed-within.ts";
import { closeRecording } from "./close-recording.ts";
import { drainSession } from "./drain-sessions.ts";
import type { OwnKeys } from "./own-keys.ts";
import { openServer, type OpenedServer } from "./open-server.ts";
import { RelayedSession } from "./relayed-session.ts";
import type { Patience } from "./relay.ts";
import type { LiveSession, SessionOwner, SessionRegistry } from "./session-registry.ts";
import { sessionMoves, type SessionState } from "./session-state.ts";

/** How long a client may take to read our last words and hang up. */
const LINGER_MS = 1_000;

/** A connection that only watches looks at the server every ten seconds or so; one that has not done so for long has been forgotten. */
const WATCH_MS = 300_000;

/** Reads the first messages of a login. */
export type Greet = (door: ClientDoor) => LoginTalk | ReturnType<ProtocolAdapter["greetClient"]>;

/** What all sessions of a gateway share. */
export interface SessionMeans {
  readonly desk: LoginDesk;
  readonly tunnels: TunnelRegistry;
  readonly recorder: Recorder;
  readonly registry: SessionRegistry;
  readonly cancelElsewhere: CancelElsewhere;
  readonly ownKeys: OwnKeys;
  readonly catalogs: CatalogDesk;
  readonly store: Store;
  /** Where it is noted who came and how long they stayed. Takes no time and never fails. */
  readonly visitors: Visitors;
  readonly log: Log;
  /** From accept to the end of the login. */
  readonly loginMs: number;
}

/** What belongs to one session alone. */
export interface SessionOptions {
  readonly id: string;
  readonly address: string;
  readonly adapter: ProtocolAdapter;
  readonly door: ClientDoor;
  readonly greet: Greet;
  /** The one connection that its listener leads to, where it leads to one. */
  readonly listenerConnection: string | undefined;
  readonly means: SessionMeans;
  readonly onLoggedIn: () => void;
}

/** One client's protocol connection, from its first word to its last, under one login. */
export class Session implements LiveSession {
  readonly id: string;
  readonly address: string;
  readonly #adapter: ProtocolAdapter;
  readonly #door: ClientDoor;
  readonly #greetClient: Greet;
  readonly #listenerConnection: string | undefined;
  readonly #means: SessionMeans;
  readonly #onLoggedIn: () => void;
  #deadline: NodeJS.Timeout | undefined;
  readonly #aborted = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  #state: SessionState = { at: "greeting" };
  #leaving: { readonly reason: GatewayError; readonly patience: Patience } | undefined;

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.address = options.address;
    this.#adapter = options.adapter;
    this.#door = options.door;
    this.#greetClient = options.greet;
    this.#listenerConnection = options.listenerConnection;
    this.#means = options.means;
    this.#onLoggedIn = options.onLoggedIn;
  }

  get state(): SessionState {
    return this.#state;
  }

  /** Resolves when nothing of the session is left. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  get owner(): SessionOwner | undefined {
    if (this.#state.at !== "relaying") return undefined;
    const { principal, connection } = this.#state.relayed.login;
    return { principal: principal.name, connection: connection.connection };
  }

  /**
   * Lives the whole session; resolves when nothing of it is left, with how the client's next login begins where it makes one
   * on the same connection. Never rejects: what went wrong is in the log.
   */
  async run(): Promise<Greet | undefined> {
    const { registry } = this.#means;
    let next: Greet | undefined;
    let reason: GatewayError | undefined;
    registry.add(this);
    try {
      const ended = await this.#converse();
      if (ended instanceof GatewayError) reason = ended;
      else next = ended;
    } catch (error) {
      reason = GatewayError.from(error);
      this.#logEnd(reason);
    }
    if (this.#state.at === "relaying") this.#means.visitors.left(this.id, reason, this.#state.relayed.statements);
    this.#moveTo({ at: "closed", reason });
    if (next === undefined) await hangUp(this.#door.stream);
    registry.remove(this);
    this.#over.resolve();
    return next;
  }

  /** How long the client may take from here to the end of its login; nothing once that is over. */
  stand(standing: Standing): void {
    if (this.#state.at === "relaying" || this.#state.at === "closed") return;
    clearTimeout(this.#deadline);
    const ms = standing === "watching" ? WATCH_MS : this.#means.loginMs;
    this.#deadline = setTimeout(() => this.end(new GatewayError("login/timeout", `no login, ${standing}`)), ms);
  }

  /** Ends the session with a reason that the client is told. */
  end(reason: GatewayError): void {
    if (this.#state.at === "relaying") this.#state.relayed.end(reason);
    else this.#aborted.abort(reason);
  }

  /**
   * The same, once nothing runs and no transaction is open. A login that is under way is still carried out, if there is patience. Gateway and agent may
   * leave at once, each in its own time: whoever has no patience left is not made to wait by who has.
   */
  endAtRest(reason: GatewayError, patience: Patience): void {
    if (this.#leaving?.patience === "boundary") return;
    this.#leaving = { reason, patience };
    if (this.#state.at === "relaying") this.#state.relayed.endAtRest(reason, patience);
    else if (patience === "boundary") this.#aborted.abort(reason);
  }

  /** Policy may have changed: ends the session when its access is gone. */
  recheckAccess(): void {
    if (this.#state.at === "relaying") this.#state.relayed.recheckAccess();
  }

  /** Asks the server to stop what runs. */
  async cancel(): Promise<void> {
    if (this.#state.at === "relaying") await this.#state.relayed.cancel();
  }

  /** Resolves to why the login was refused, where it was (the desk has logged that), or to how the next one begins. */
  async #converse(): Promise<GatewayError | Greet | undefined> {
    this.stand("logging-in");
    try {
      const talk = await this.#greet();
      if (talk.kind === "cancel") await this.#passOn(talk.key);
      if (talk.kind !== "login") return undefined;
      const login = await this.#logIn(talk);
      if (login instanceof GatewayError) return login;
      clearTimeout(this.#deadline);
      return await this.#relay(login);
    } finally {
      clearTimeout(this.#deadline);
    }
  }

  /** A cancel that is not taken in time is given up, as a login is. The client gets no answer either way. */
  async #passOn(key: CancelKey): Promise<void> {
    const { signal } = this.#aborted;
    const givenUp = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
    const { registry, cancelElsewhere } = this.#means;
    const session = registry.sessionOf(key);
    await Promise.race([session === undefined ? cancelElsewhere.byKey(key) : session.cancel(), givenUp]);
  }

  /** Nothing has been said yet that could be answered, so a greeting that takes too long is just cut. */
  async #greet(): ReturnType<ProtocolAdapter["greetClient"]> {
    const { signal } = this.#aborted;
    if (signal.aborted) throw GatewayError.from(signal.reason);
    const cut = (): void => this.#door.stream.destroy(GatewayError.from(signal.reason));
    signal.addEventListener("abort", cut);
    try {
      return await this.#greetClient(this.#door);
    } finally {
      signal.removeEventListener("abort", cut);
    }
  }

  /** The login, or why the desk refused it. */
  async #logIn(talk: LoginTalk): Promise<AdmittedLogin<OpenedServer> | GatewayError> {
    const { desk, log } = this.#means;
    this.#moveTo({ at: "logging-in", hello: talk.hello });
    let opened: OpenedServer | undefined;
    try {
      return await desk.admit(talk, {
        session: this.id,
        address: this.address,
        protocol: this.#adapter.id,
        listenerConnection: this.#listenerConnection,
        signal: this.#aborted.signal,
        openServer: async (approved) => {
          const owner = { principal: approved.principal.name, connection: approved.connection.connection };
          this.#means.registry.takePlace(this, owner, approved.limits.sessions);
          const request = { ...approved, session: this.id, address: this.address, hello: talk.hello };
          opened = await openServer({ ...this.#means, adapter: this.#adapter }, request, this.#aborted.signal);
          this.#followServer(opened);
          return opened;
        },
      });
    } catch (cause) {
      const error = GatewayError.from(cause);
      if (opened !== undefined)
        closeRecording(opened.recording, log, { session: this.id, reason: error.message, statements: 0 });
      return error;
    }
  }

  /** Its agent may be told to stop: then the session ends before the server is gone. */
  #followServer({ tunnel, leaving }: OpenedServer): void {
    void leaving?.then((withinMs) => {
      const reason = new GatewayError("tunnel/agent-leaving", `agent ${tunnel.agent} is about to leave`);
      return drainSession(this, reason, withinMs);
    });
  }

  async #relay(login: AdmittedLogin<OpenedServer>): Promise<Greet | undefined> {
    const { store, visitors, log } = this.#means;
    const relayed = new RelayedSession({
      session: this.id,
      adapter: this.#adapter,
      client: this.#door.stream,
      login,
      store,
      log,
      cancelSibling: (id) => this.#cancelSibling(id),
    });
    this.#moveTo({ at: "relaying", relayed });
    visitors.came({ session: this.id, address: this.address, protocol: this.#adapter.id, login });
    this.#onLoggedIn();
    if (this.#leaving !== undefined) relayed.endAtRest(this.#leaving.reason, this.#leaving.patience);
    // as it is: a function of ours around it would hold this session for as long as the next one lives, and so on
    const talk = await relayed.run();
    this.#logEnd();
    return talk;
  }

  /** False also where the other's agent does not pass it on: what a client asks of another session must not end its own. */
  async #cancelSibling(id: number): Promise<boolean> {
    const { registry, cancelElsewhere, log } = this.#means;
    const { owner } = this;
    if (owner === undefined) return false;
    const sibling = registry.siblingOf(owner, id);
    if (sibling === undefined) return await cancelElsewhere.sibling(owner, id);
    try {
      await sibling.cancel();
      return true;
    } catch (cause) {
      const { code, message } = GatewayError.from(cause);
      log.warn("session.cancel-failed", { session: sibling.id, code, reason: message });
      return false;
    }
  }

  /** A session that was refused at its login, or said nothing, is not told of here. */
  #logEnd(reason?: GatewayError): void {
    const { log } = this.#means;
    const statements = this.#state.at === "relaying" ? this.#state.relayed.statements : undefined;
    const about = { session: this.id, address: this.address, protocol: this.#adapter.id, statements };
    if (reason === undefined) log.info("session.ended", about);
    else log.warn("session.ended", { ...about, code: reason.code, reason: reason.message });
  }

  #moveTo(state: SessionState): void {
    if (!sessionMoves[this.#state.at].includes(state.at)) {
      throw new GatewayError("internal/unexpected", `a session cannot move from ${this.#state.at} to ${state.at}`);
    }
    this.#state = state;
  }
}

async function hangUp(stream: SocketStream): Promise<void> {
  stream.end();
  await closedWithin(stream, LINGER_MS);
  stream.destroy();
}
