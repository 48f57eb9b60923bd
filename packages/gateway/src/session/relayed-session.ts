import type { ProtocolAdapter } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import type { AdmittedLogin } from "../login/login-desk.ts";
import type { Log } from "../log.ts";
import { PolicyGate } from "../policy/policy-gate.ts";
import type { Store } from "../store/store.ts";
import { assertStillAdmitted } from "./assert-still-admitted.ts";
import { closeRecording } from "./close-recording.ts";
import type { OpenedServer } from "./open-server.ts";
import { Relay, type NextLogin, type Patience, type RelayParts } from "./relay.ts";
import { SessionClock } from "./session-clock.ts";

/** What a relayed session is made of. */
export interface RelayedSessionParts {
  readonly session: string;
  readonly adapter: ProtocolAdapter;
  readonly client: ByteStream;
  readonly login: AdmittedLogin<OpenedServer>;
  readonly store: Store;
  readonly log: Log;
  readonly cancelSibling: RelayParts["cancelSibling"];
}

/** A session after its login: statements are relayed under the gate, the clock and the recording until one of them, or a side, ends it. */
export class RelayedSession {
  readonly login: AdmittedLogin<OpenedServer>;
  readonly #session: string;
  readonly #log: Log;
  readonly #gate: PolicyGate;
  readonly #relay: Relay;
  readonly #clock: SessionClock;
  #cancelling: Promise<void> | undefined;

  constructor({ session, adapter, client, login, store, log, cancelSibling }: RelayedSessionParts) {
    const { server, policyView, limits } = login;
    this.login = login;
    this.#session = session;
    this.#log = log;
    this.#gate = new PolicyGate(policyView, server.recording);
    this.#relay = new Relay({
      client: { stream: client, framer: adapter.createFramer("client") },
      server: { stream: server.stream, framer: adapter.createFramer("server") },
      inspector: server.inspector,
      gate: this.#gate,
      commitRecording: () => server.recording.commit(),
      onOutcome: (outcome) => server.recording.append({ type: "outcome", ...outcome }),
      cancelOwn: () => this.cancel(),
      cancelSibling,
      onActivity: () => this.#clock.activity(),
    });
    this.#clock = new SessionClock({
      expires: sooner(login.expires, limits.maxMs),
      idleMs: limits.idleMs,
      isBusy: () => server.inspector.busy,
      nextCheck: () => nextCheck(login, store),
      onEnd: (error) => this.end(error),
    });
  }

  get statements(): number {
    return this.#gate.statements;
  }

  /**
   * Rejects with what ended the session, unless that was the client or the server in their own way; the client has then been
   * told. Resolves to how the client's next login begins where it makes one.
   */
  async run(): Promise<NextLogin | undefined> {
    const { stream, recording } = this.login.server;
    let reason = "";
    try {
      const ending = await this.#relay.run();
      reason = ending.kind;
      return ending.kind === "next-login" ? ending.talk : undefined;
    } catch (error) {
      const fault = GatewayError.from(error);
      reason = fault.message;
      this.#relay.farewell(fault);
      throw fault;
    } finally {
      this.#clock.stop();
      stream.destroy();
      closeRecording(recording, this.#log, { session: this.#session, reason, statements: this.#gate.statements });
    }
  }

  end(reason: GatewayError): void {
    this.#relay.stop(reason);
  }

  endAtRest(reason: GatewayError, patience: Patience): void {
    this.#relay.stopAtRest(reason, patience);
  }

  recheckAccess(): void {
    this.#clock.recheckAccess();
  }

  /** Asking again while the server is being asked changes nothing. */
  cancel(): Promise<void> {
    this.#cancelling ??= this.login.server.tunnel.cancel(this.#session).finally(() => {
      this.#cancelling = undefined;
    });
    return this.#cancelling;
  }
}

function sooner(expires: Date, maxMs: number | undefined): Date {
  return maxMs === undefined ? expires : new Date(Math.min(expires.getTime(), Date.now() + maxMs));
}

/**
 * Throws when access has ended; else says when to ask again. While policy cannot be read the session stays, with every
 * statement refused, until a change of the store asks again.
 */
function nextCheck(login: AdmittedLogin<OpenedServer>, store: Store): Date | undefined {
  const { policyView } = login;
  try {
    assertStillAdmitted(login, store.snapshot());
    const access = policyView.access();
    if (access.kind === "some") return policyView.nextChange();
    throw new GatewayError("session/access-ended", access.because, { detail: access.because });
  } catch (error) {
    if (error instanceof GatewayError && error.code === "policy/unavailable") return undefined;
    throw error;
  }
}
