import { isDeepStrictEqual } from "node:util";
import type { CatalogSource } from "@sallyport/shared/catalog/catalog";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "../log.ts";
import type { ConnectionDocument } from "../store/documents/connection.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";
import type { CatalogPlace } from "./catalog-session.ts";
import { KeptCatalog, type CatalogTimes } from "./kept-catalog.ts";

const defaultTimes = { probeEveryMs: 5_000, readMs: 15_000, retryMs: 1_000, keepMs: 60_000 };

export interface CatalogDeskOptions {
  readonly tunnels: TunnelRegistry;
  readonly log: Log;
  /** What tests shorten, and leave alone otherwise. `keepMs`: how long a catalog outlives the last session that asked for it. */
  readonly times?: Partial<CatalogTimes & { readonly keepMs: number }>;
}

/** Which objects a session looks at, and whether policy asks about them; that may change while the session lives. */
export interface CatalogRequest extends CatalogPlace {
  readonly needed: () => boolean;
}

/** A session's own. It must be released at the session's end. */
export interface HeldCatalogSource extends CatalogSource {
  release(): void;
}

/** A catalog, and the sessions that have asked for it. */
interface Entry {
  readonly kept: KeptCatalog;
  readonly holders: Set<object>;
  dropTimer: NodeJS.Timeout | undefined;
}

/** Hands catalogs to sessions: one for each database of each connection, however many sessions share it. It does nothing until one of them asks. */
export class CatalogDesk {
  readonly #options: CatalogDeskOptions;
  readonly #times: CatalogTimes & { readonly keepMs: number };
  readonly #entries = new Map<string, Entry>();
  #closed = false;

  constructor(options: CatalogDeskOptions) {
    this.#options = options;
    this.#times = { ...defaultTimes, ...options.times };
  }

  sourceFor(request: CatalogRequest): HeldCatalogSource {
    const holder = {};
    let entry: Entry | undefined;
    let released = false;
    const held = (): KeptCatalog | undefined => {
      if (released || this.#closed) return undefined;
      entry ??= this.#hold(request, holder);
      return entry.kept;
    };
    return {
      get needed() {
        return request.needed();
      },
      current: () => (request.needed() ? held()?.current() : undefined),
      // what a session changes concerns others also where its own policies ask nothing about objects
      outdated: () => (entry ?? this.#entries.get(keyOf(request)))?.kept.outdated(),
      release: () => {
        released = true;
        if (entry !== undefined) this.#release(entry, holder);
      },
    };
  }

  /** How many are kept. */
  get size(): number {
    return this.#entries.size;
  }

  /** Lets go of the catalogs of connections whose documents are not what they were. */
  keepConnections(connections: ReadonlyMap<string, ConnectionDocument>): void {
    for (const [key, { kept }] of this.#entries) {
      const { connection } = kept.place;
      if (!isDeepStrictEqual(connection, connections.get(connection.connection))) this.#drop(key, changed());
    }
  }

  close(): void {
    this.#closed = true;
    const closing = new GatewayError("gateway/shutting-down", "the gateway is closing");
    for (const key of this.#entries.keys()) this.#drop(key, closing);
  }

  #hold(place: CatalogPlace, holder: object): Entry {
    const key = keyOf(place);
    let entry = this.#entries.get(key);
    if (entry !== undefined && !isDeepStrictEqual(entry.kept.place.connection, place.connection)) {
      this.#drop(key, changed());
      entry = undefined;
    }
    if (entry === undefined) {
      const { tunnels, log } = this.#options;
      const { adapter, connection, database } = place;
      const kept = new KeptCatalog({ adapter, connection, database }, { tunnels, log, times: this.#times });
      entry = { kept, holders: new Set(), dropTimer: undefined };
      this.#entries.set(key, entry);
    }
    clearTimeout(entry.dropTimer);
    entry.holders.add(holder);
    entry.kept.watch();
    return entry;
  }

  #release(entry: Entry, holder: object): void {
    if (!entry.holders.delete(holder) || entry.holders.size > 0) return;
    entry.kept.rest();
    const key = keyOf(entry.kept.place);
    if (this.#entries.get(key) !== entry) return;
    entry.dropTimer = setTimeout(() => this.#drop(key, unused()), this.#times.keepMs).unref();
  }

  #drop(key: string, reason: GatewayError): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    clearTimeout(entry.dropTimer);
    entry.kept.close(reason);
    this.#entries.delete(key);
  }
}

function keyOf({ connection, database }: CatalogPlace): string {
  return JSON.stringify([connection.connection, database]);
}

function changed(): GatewayError {
  return new GatewayError("session/access-ended", "the connection's document has changed");
}

function unused(): GatewayError {
  return new GatewayError("client/gone", "no session needs the catalog any more");
}
