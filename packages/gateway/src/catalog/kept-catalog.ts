import type { Catalog } from "@sallyport/shared/catalog/catalog";
import { GatewayError } from "@sallyport/shared/errors";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import type { Log } from "../log.ts";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";
import { endCatalogSession, isServed, openCatalogSession, type CatalogPlace } from "./catalog-session.ts";

/** What tests shorten, and leave alone otherwise. */
export interface CatalogTimes {
  /** How often the server is asked whether its objects have changed. */
  readonly probeEveryMs: number;
  /** How long opening a session, asking and reading may take together. */
  readonly readMs: number;
  /** How long after a failure nothing is tried. */
  readonly retryMs: number;
}

export interface KeptCatalogMeans {
  readonly tunnels: TunnelRegistry;
  readonly log: Log;
  readonly times: CatalogTimes;
}

/** What was read, and what the server's objects were marked with just before. */
interface Known {
  readonly catalog: Catalog;
  readonly mark: string | undefined;
}

interface Refresh {
  /** How often the catalog had been found outdated when it began; undefined: it has not begun. */
  readonly begun: { doubts: number | undefined };
  readonly result: Promise<Catalog | undefined>;
}

/**
 * The catalog of one database, for all sessions that look into it. While it is watched it is compared with the server's objects again
 * and again, over a session that is kept for that. It is only ever handed out when nothing speaks against it.
 */
export class KeptCatalog {
  readonly #place: CatalogPlace;
  readonly #means: KeptCatalogMeans;
  readonly #over = new AbortController();
  #known: Known | undefined;
  /** The last one that was read: what turns out to be the same is the same object, so that what was decided by it stays decided. */
  #last: Catalog | undefined;
  #session: ServerSession | undefined;
  #refresh: Refresh | undefined;
  /** How often something showed that the catalog is outdated, and how many of these the known one has behind it. */
  #doubts = 0;
  #settled = 0;
  #failedAt = -Infinity;
  #watching = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(place: CatalogPlace, means: KeptCatalogMeans) {
    this.#place = place;
    this.#means = means;
  }

  get place(): CatalogPlace {
    return this.#place;
  }

  current(): Catalog | undefined | Promise<Catalog | undefined> {
    if (this.#known !== undefined && this.#settled === this.#doubts) return this.#known.catalog;
    if (this.#over.signal.aborted || performance.now() < this.#failedAt + this.#means.times.retryMs) return undefined;
    return this.#refreshed();
  }

  outdated(): void {
    this.#doubts++;
  }

  /** From here on it is kept true; what happened before nobody has seen. */
  watch(): void {
    if (this.#watching) return;
    this.#watching = true;
    this.#doubts++;
    this.#waitToProbe();
  }

  /** Nobody needs it for now: the server is left alone. */
  rest(): void {
    this.#watching = false;
    clearTimeout(this.#timer);
    if (this.#refresh === undefined) this.#endSession();
  }

  close(reason: GatewayError): void {
    this.rest();
    this.#over.abort(reason);
    this.#known = undefined;
    this.#last = undefined;
  }

  #waitToProbe(): void {
    clearTimeout(this.#timer);
    if (!this.#watching) return;
    this.#timer = setTimeout(() => {
      void this.#refreshed().then(() => this.#waitToProbe());
    }, this.#means.times.probeEveryMs).unref();
  }

  /** All who ask meanwhile share one, unless something was found outdated since it began: then all of these share the next. */
  #refreshed(): Promise<Catalog | undefined> {
    const before = this.#refresh;
    const { doubts } = before?.begun ?? {};
    if (before !== undefined && (doubts === undefined || doubts === this.#doubts)) return before.result;
    const begun = { doubts: undefined };
    const result = this.#refreshAfter(before?.result, begun);
    const refresh = { begun, result };
    this.#refresh = refresh;
    void result.then(() => {
      if (this.#refresh !== refresh) return;
      this.#refresh = undefined;
      if (!this.#watching) this.#endSession();
    });
    return result;
  }

  async #refreshAfter(before: Promise<unknown> | undefined, begun: Refresh["begun"]): Promise<Catalog | undefined> {
    await before;
    const doubts = this.#doubts;
    begun.doubts = doubts;
    const { log, times } = this.#means;
    const { connection, database } = this.#place;
    const late = new GatewayError("server/lost", `the catalog was not read within ${times.readMs} ms`);
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(late), times.readMs).unref();
    try {
      this.#known = await this.#compare(AbortSignal.any([timeout.signal, this.#over.signal]));
      this.#settled = doubts;
      return this.#known.catalog;
    } catch (cause) {
      const { code, message } = GatewayError.from(cause);
      this.#known = undefined;
      this.#failedAt = performance.now();
      this.#dropSession(GatewayError.from(cause));
      if (!this.#over.signal.aborted)
        log.warn("catalog.not-read", { connection: connection.connection, database, code, reason: message });
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** What is known if the server's objects are marked as they were; else what is read now, over a new session: an old one need not look for names where new ones do. */
  async #compare(signal: AbortSignal): Promise<Known> {
    const { probeCatalog } = this.#place.adapter;
    const kept = this.#session;
    if (kept !== undefined && probeCatalog !== undefined) {
      const mark = await within(kept, signal, () => probeCatalog(kept));
      if (this.#known?.mark === mark) return this.#known;
    }
    // from here on whoever asks waits
    const known = this.#known;
    this.#known = undefined;
    this.#endSession();
    const session = await this.#open(signal);
    const mark = await within(session, signal, async () => probeCatalog?.(session));
    if (known !== undefined && mark !== undefined && known.mark === mark) return known;
    return { catalog: await this.#read(session, signal), mark };
  }

  async #open(signal: AbortSignal): Promise<ServerSession> {
    const session = await openCatalogSession(this.#place, this.#means.tunnels, signal);
    this.#session = session;
    void session.leaving?.then(() => this.#letGo(session));
    void session.stream.closed.then(() => {
      if (this.#session !== session) return;
      // another agent, or another server behind it, may be what comes next
      this.#session = undefined;
      this.#known = undefined;
    });
    return session;
  }

  async #read(session: ServerSession, signal: AbortSignal): Promise<Catalog> {
    const { adapter, connection } = this.#place;
    const { readCatalog } = adapter;
    if (readCatalog === undefined)
      throw new GatewayError("server/unsupported", `objects of ${adapter.label} are not told apart`);
    const startedAt = performance.now();
    const read = await within(session, signal, () => readCatalog(session));
    const durationMs = Math.round(performance.now() - startedAt);
    const { version, database } = read;
    this.#means.log.info("catalog.read", { connection: connection.connection, database, version, durationMs });
    if (this.#last?.version !== version) this.#last = read;
    return this.#last;
  }

  /** Its agent is about to leave. Where there is no other, it is kept for those who still work: it ends with the last of them. */
  async #letGo(session: ServerSession): Promise<void> {
    await this.#refresh?.result;
    if (this.#session === session && isServed(this.#place, this.#means.tunnels)) this.#endSession();
  }

  #endSession(): void {
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) endCatalogSession(session);
  }

  #dropSession(reason: GatewayError): void {
    const session = this.#session;
    this.#session = undefined;
    session?.stream.destroy(reason);
  }
}

/** Does the work, unless it is called off: then the session is broken, and the work with it. */
async function within<T>({ stream }: ServerSession, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const stop = (): void => stream.destroy(GatewayError.from(signal.reason));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    return await work();
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
