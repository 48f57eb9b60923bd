import { randomBytes, randomInt, timingSafeEqual } from "node:crypto";
import type { CancelKey } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Patience } from "./relay.ts";

const MAX_KEY_ID = 0x7fff_ffff;

/** Whose a session is, once it has logged in. */
export interface SessionOwner {
  readonly principal: string;
  readonly connection: string;
}

/** What may be done to a session from outside. */
export interface LiveSession {
  readonly id: string;
  /** Undefined until it has logged in. */
  readonly owner: SessionOwner | undefined;
  /** Resolves when nothing of the session is left. */
  readonly over: Promise<void>;
  /** Ends the session with a reason that the client is told. */
  end(reason: GatewayError): void;
  /** The same, as soon as its client loses nothing by it. */
  endAtRest(reason: GatewayError, patience: Patience): void;
  /** Policy may have changed: ends the session when its access is gone. */
  recheckAccess(): void;
  /** Asks the server to stop what runs. */
  cancel(): Promise<void>;
}

/** A client's connection, which has one session after another where the client logs in anew. */
export interface Seat {
  readonly session: LiveSession;
}

/** Why and when all sessions end, those too that begin meanwhile. */
interface Closing {
  readonly reason: GatewayError;
  readonly patience: Patience | "none";
}

/** The live sessions of this gateway, and the keys by which a client may cancel its own. */
export class SessionRegistry {
  readonly #sessions = new Set<LiveSession>();
  readonly #places = new Map<LiveSession, string>();
  readonly #keys = new Map<number, { readonly secret: Buffer; readonly seat: Seat }>();
  #closing: Closing | undefined;

  get size(): number {
    return this.#sessions.size;
  }

  all(): readonly LiveSession[] {
    return [...this.#sessions];
  }

  /** One that begins while all are ended, as when its client just logged in anew, is ended with them. */
  add(session: LiveSession): void {
    this.#sessions.add(session);
    if (this.#closing !== undefined) end(session, this.#closing);
  }

  remove(session: LiveSession): void {
    this.#sessions.delete(session);
    this.#places.delete(session);
  }

  /** Counts a session that logs in among its owner's; it is given back with the session. Throws `login/too-many-connections`. */
  takePlace(session: LiveSession, { principal, connection }: SessionOwner, most: number | undefined): void {
    const owner = JSON.stringify([principal, connection]);
    if (most !== undefined) {
      let taken = 0;
      for (const [other, others] of this.#places) if (other !== session && others === owner) taken++;
      if (taken >= most) throw tooManySessions(most);
    }
    this.#places.set(session, owner);
  }

  /** Ends every session with a reason that its client is told, for good; resolves when they are gone. */
  endAll(reason: GatewayError): Promise<void> {
    return this.#close({ reason, patience: "none" });
  }

  /** The same, each as soon as its client loses nothing by it. What is not at rest in time is for `endAll`. */
  endAllAtRest(reason: GatewayError, patience: Patience): Promise<void> {
    return this.#close({ reason, patience });
  }

  /** A key that only this seat's client knows. It is worth something until it is dropped. */
  mintCancelKey(seat: Seat, secretBytes: number): CancelKey {
    let id = randomInt(1, MAX_KEY_ID);
    while (this.#keys.has(id)) id = randomInt(1, MAX_KEY_ID);
    const secret = randomBytes(secretBytes);
    this.#keys.set(id, { secret, seat });
    return { id, secret };
  }

  dropCancelKey({ id }: CancelKey): void {
    this.#keys.delete(id);
  }

  /** The key of that number, as its client was given it. */
  keyOf(id: number): CancelKey | undefined {
    const known = this.#keys.get(id);
    return known && { id, secret: known.secret };
  }

  /** The session whose client was given the key. One without a secret proves nothing: see `siblingOf`. */
  sessionOf(key: CancelKey): LiveSession | undefined {
    const known = this.#keys.get(key.id);
    if (known === undefined || known.secret.length === 0 || known.secret.length !== key.secret.length) return undefined;
    return timingSafeEqual(known.secret, key.secret) ? known.seat.session : undefined;
  }

  /** The session of this number, if it is of this principal on this connection. */
  siblingOf({ principal, connection }: SessionOwner, id: number): LiveSession | undefined {
    const session = this.#keys.get(id)?.seat.session;
    const owner = session?.owner;
    return owner?.principal === principal && owner.connection === connection ? session : undefined;
  }

  async #close(closing: Closing): Promise<void> {
    this.#closing = closing;
    const told = new Set<LiveSession>();
    for (let more = this.all(); more.length > 0; more = this.all().filter((session) => !told.has(session))) {
      for (const session of more) {
        told.add(session);
        end(session, closing);
      }
      await Promise.all(more.map(({ over }) => over));
    }
  }
}

function end(session: LiveSession, { reason, patience }: Closing): void {
  if (patience === "none") session.end(reason);
  else session.endAtRest(reason, patience);
}

function tooManySessions(most: number): GatewayError {
  const detail = `Policy gives ${most === 1 ? "one session" : `${most} sessions`} at once on this connection.`;
  return new GatewayError("login/too-many-connections", detail, { detail });
}
