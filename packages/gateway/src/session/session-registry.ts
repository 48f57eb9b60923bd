import { randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { CancelKey } from "@sallyport/shared/adapter";
import type { GatewayError } from "@sallyport/shared/errors";

const MAX_KEY_ID = 0x7fff_ffff;

/** What may be done to a session from outside. */
export interface LiveSession {
  readonly id: string;
  /** Resolves when nothing of the session is left. */
  readonly over: Promise<void>;
  /** Ends the session with a reason that the client is told. */
  end(reason: GatewayError): void;
  /** Policy may have changed: ends the session when its access is gone. */
  recheckAccess(): void;
  /** Asks the server to stop what runs. */
  cancel(): Promise<void>;
}

/** The live sessions of this gateway, and the keys by which a client may cancel its own. */
export class SessionRegistry {
  readonly #sessions = new Map<LiveSession, number | undefined>();
  readonly #keys = new Map<number, { readonly secret: Buffer; readonly session: LiveSession }>();

  get size(): number {
    return this.#sessions.size;
  }

  all(): readonly LiveSession[] {
    return [...this.#sessions.keys()];
  }

  add(session: LiveSession): void {
    this.#sessions.set(session, undefined);
  }

  remove(session: LiveSession): void {
    const key = this.#sessions.get(session);
    if (key !== undefined) this.#keys.delete(key);
    this.#sessions.delete(session);
  }

  /** Ends every session with a reason that its client is told; resolves when they are gone. */
  async endAll(reason: GatewayError): Promise<void> {
    await Promise.all(
      this.all().map((session) => {
        session.end(reason);
        return session.over;
      }),
    );
  }

  /** A key that only this session's client knows. */
  mintCancelKey(session: LiveSession, secretBytes: number): CancelKey {
    let id = randomInt(1, MAX_KEY_ID);
    while (this.#keys.has(id)) id = randomInt(1, MAX_KEY_ID);
    const secret = randomBytes(secretBytes);
    this.#keys.set(id, { secret, session });
    this.#sessions.set(session, id);
    return { id, secret };
  }

  /** The session whose client was given the key. */
  sessionOf(key: CancelKey): LiveSession | undefined {
    const known = this.#keys.get(key.id);
    if (known?.secret.length !== key.secret.length || !timingSafeEqual(known.secret, key.secret)) return undefined;
    return known.session;
  }
}
