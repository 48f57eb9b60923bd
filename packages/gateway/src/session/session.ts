import { setTimeout as delay } from "node:timers/promises";
import type { ClientDoor, LoginTalk, ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { Log } from "../log.ts";
import type { LoginDesk } from "../login/login-desk.ts";
import type { Recorder } from "../recording/recorder.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";
import { openServer } from "./open-server.ts";
import { RelayedSession } from "./relayed-session.ts";
import type { SessionRegistry } from "./session-registry.ts";
import { sessionMoves, type SessionState } from "./session-state.ts";

/** How long a client may take to read our last words and hang up. */
const LINGER_MS = 1_000;

/** What all sessions of a gateway share. */
export interface SessionMeans {
  readonly desk: LoginDesk;
  readonly tunnels: TunnelRegistry;
  readonly recorder: Recorder;
  readonly registry: SessionRegistry;
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
  readonly means: SessionMeans;
  readonly onLoggedIn: () => void;
}

/** One client's protocol connection, from accept to close. */
export class Session {
  readonly id: string;
  readonly address: string;
  readonly #adapter: ProtocolAdapter;
  readonly #door: ClientDoor;
  readonly #means: SessionMeans;
  readonly #onLoggedIn: () => void;
  readonly #aborted = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  #state: SessionState = { at: "greeting" };

  constructor(options: SessionOptions) {
    this.id = options.id;
    this.address = options.address;
    this.#adapter = options.adapter;
    this.#door = options.door;
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

  /** Lives the whole session; resolves when nothing of it is left. Never rejects: what went wrong is in the log. */
  async run(): Promise<void> {
    const { log, registry } = this.#means;
    const about = { session: this.id, address: this.address, protocol: this.#adapter.id };
    let reason: GatewayError | undefined;
    registry.add(this);
    try {
      await this.#converse();
    } catch (error) {
      reason = GatewayError.from(error);
      log.warn("session ended", { ...about, code: reason.code, reason: reason.message });
    }
    this.#moveTo({ at: "closed", reason });
    await hangUp(this.#door.stream);
    registry.remove(this);
    this.#over.resolve();
  }

  /** Ends the session with a reason that the client is told. */
  end(reason: GatewayError): void {
    if (this.#state.at === "relaying") this.#state.relayed.end(reason);
    else this.#aborted.abort(reason);
  }

  /** Policy may have changed: ends the session when its access is gone. */
  recheckAccess(): void {
    if (this.#state.at === "relaying") this.#state.relayed.recheckAccess();
  }

  /** Asks the server to stop what runs. */
  async cancel(): Promise<void> {
    if (this.#state.at === "relaying") await this.#state.relayed.cancel();
  }

  async #converse(): Promise<void> {
    const timeout = setTimeout(() => this.end(new GatewayError("login/timeout", "no login in time")), this.#means.loginMs);
    try {
      const talk = await this.#greet();
      if (talk.kind === "cancel") await this.#means.registry.sessionOf(talk.key)?.cancel();
      if (talk.kind !== "login") return;
      const relayed = await this.#logIn(talk);
      clearTimeout(timeout);
      this.#moveTo({ at: "relaying", relayed });
      this.#onLoggedIn();
      await relayed.run();
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Nothing has been said yet that could be answered, so a greeting that takes too long is just cut. */
  async #greet(): ReturnType<ProtocolAdapter["greetClient"]> {
    const { signal } = this.#aborted;
    const cut = (): void => this.#door.stream.destroy(GatewayError.from(signal.reason));
    signal.addEventListener("abort", cut);
    try {
      return await this.#adapter.greetClient(this.#door);
    } finally {
      signal.removeEventListener("abort", cut);
    }
  }

  async #logIn(talk: LoginTalk): Promise<RelayedSession> {
    const { desk, registry } = this.#means;
    this.#moveTo({ at: "logging-in", hello: talk.hello });
    const login = await desk.admit(talk, {
      session: this.id,
      address: this.address,
      protocol: this.#adapter.id,
      signal: this.#aborted.signal,
      mintCancelKey: (secretBytes) => registry.mintCancelKey(this, secretBytes),
      openServer: (approved) =>
        openServer(
          { ...this.#means, adapter: this.#adapter },
          { ...approved, session: this.id, address: this.address, settings: talk.hello.settings },
          this.#aborted.signal,
        ),
    });
    return new RelayedSession(this.id, this.#adapter, this.#door.stream, login);
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
  await Promise.race([stream.closed, delay(LINGER_MS, undefined, { ref: false })]);
  stream.destroy();
}
