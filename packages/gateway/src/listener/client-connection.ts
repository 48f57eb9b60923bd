import { randomUUID } from "node:crypto";
import type { CancelKey, ClientDoor, ProtocolAdapter, Standing } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Session, type Greet, type SessionMeans } from "../session/session.ts";
import type { Seat } from "../session/session-registry.ts";
import type { Place } from "./admission.ts";

/** What a connection was received with. */
export interface ClientConnectionOptions {
  readonly adapter: ProtocolAdapter;
  readonly address: string;
  readonly door: Omit<ClientDoor, "mintCancelKey" | "stand">;
  /** The one connection that its listener leads to, where it leads to one. */
  readonly listenerConnection: string | undefined;
  readonly place: Place;
  readonly means: SessionMeans;
}

/** One client's connection, from accept to close: a session, and another one for each time that the client logs in anew. */
export class ClientConnection implements Seat {
  readonly #options: ClientConnectionOptions;
  readonly #door: ClientDoor;
  #session: Session;
  #cancelKey: CancelKey | undefined;

  constructor(options: ClientConnectionOptions) {
    this.#options = options;
    this.#door = {
      ...options.door,
      mintCancelKey: (secretBytes) => this.#mintCancelKey(secretBytes),
      stand: (standing) => this.#stand(standing),
    };
    this.#session = this.#begin((door) => options.adapter.greetClient(door));
    // While a message is held back, or a server is opened, nobody reads the client's stream and would notice.
    void options.door.stream.closed.then(() => {
      this.#session.end(new GatewayError("client/gone", "the client's connection broke"));
    });
  }

  get session(): Session {
    return this.#session;
  }

  /** Resolves when nothing of it is left. Never rejects. */
  async live(): Promise<void> {
    const { place, means } = this.#options;
    for (let next = await this.#session.run(); next !== undefined; next = await this.#session.run()) {
      this.#session = this.#begin(next);
    }
    if (this.#cancelKey !== undefined) means.registry.dropCancelKey(this.#cancelKey);
    place.release();
  }

  #begin(greet: Greet): Session {
    const { adapter, address, listenerConnection, place, means } = this.#options;
    return new Session({
      id: randomUUID(),
      address,
      adapter,
      listenerConnection,
      door: this.#door,
      greet,
      means,
      onLoggedIn: () => place.stand("logged-in"),
    });
  }

  /** The same one for as long as the connection lasts: clients are told it once. */
  #mintCancelKey(secretBytes: number): CancelKey {
    this.#cancelKey ??= this.#options.means.registry.mintCancelKey(this, secretBytes);
    return this.#cancelKey;
  }

  #stand(standing: Standing): void {
    this.#options.place.stand(standing);
    this.#session.stand(standing);
  }
}
