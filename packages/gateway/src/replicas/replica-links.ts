import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { GatewayError } from "@sallyport/shared/errors";
import { Backoff } from "@sallyport/shared/tunnel/backoff";
import type { DialledTunnel } from "@sallyport/shared/tunnel/dial-tunnel";
import type { ServedTunnel } from "@sallyport/shared/tunnel/served-tunnel";
import type { Log } from "../log.ts";
import type { ReplicaRow } from "../store/doors/replicas.ts";

/** How often it is looked who is there, besides when somebody says so. */
const LOOK_EVERY_MS = 5_000;

/** Another replica, where it can be reached. */
export interface Neighbour {
  readonly id: string;
  readonly address: string;
}

export interface ReplicaLinksOptions {
  readonly own: string;
  readonly list: () => Promise<readonly ReplicaRow[]>;
  readonly dial: (neighbour: Neighbour, epoch: number, signal: AbortSignal) => Promise<DialledTunnel>;
  /** The groups that this replica has agents of. */
  readonly groups: () => Iterable<string>;
  readonly log: Log;
}

/** What is kept for one neighbour. */
interface Link {
  /** As far as the store knows. */
  isThere: boolean;
  isOnline: boolean;
  /** Ends the tunnel, or the attempts to come to one. */
  readonly ending: AbortController;
}

/** The tunnels over which this replica serves the others: one to each, for as long as it is there. */
export class ReplicaLinks {
  readonly #options: ReplicaLinksOptions;
  readonly #links = new Map<string, Link>();
  readonly #kept = new Set<Promise<void>>();
  readonly #online = new Set<ServedTunnel>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  /** The groups that were told last. */
  #told: readonly string[] = [];
  /** Counts on where a neighbour comes back: to it, the link with the higher number is the newer one. */
  #epoch = 0;
  #drainWithinMs: number | undefined;
  #closed = false;

  constructor(options: ReplicaLinksOptions) {
    this.#options = options;
    this.tellServing();
    this.#timer = setInterval(() => this.look(), LOOK_EVERY_MS).unref();
  }

  /** Looks who has come and who has gone. */
  look(): void {
    this.#lookAgain = true;
    this.#looking ??= this.#lookOn().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Tells the others which groups this replica has agents of, if these have changed. Whoever is told that may say so to us in turn. */
  tellServing(): void {
    const groups = [...this.#options.groups()].toSorted();
    if (isDeepStrictEqual(groups, this.#told)) return;
    this.#told = groups;
    for (const served of this.#online) served.tellServing(groups);
  }

  /** Takes no more of the others' sessions, and has those that there are end in time. Resolves when they are gone. */
  async drain(withinMs: number): Promise<void> {
    this.#drainWithinMs = withinMs;
    await Promise.all([...this.#online].map((served) => served.drain(withinMs)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#looking;
    for (const { ending } of this.#links.values()) ending.abort(goneAway());
    await Promise.all(this.#kept);
  }

  async #lookOn(): Promise<void> {
    while (this.#lookAgain && !this.#closed) {
      this.#lookAgain = false;
      // a store that is away says so by itself, and whoever was there before still is as far as anybody knows
      const rows = await this.#options.list().catch(() => undefined);
      if (rows !== undefined && !this.#closed) this.#keepTo(neighboursAmong(rows, this.#options.own));
    }
  }

  /**
   * A replica that the store no longer knows may live all the same, and only be cut off from the store: a tunnel that is online ends by itself where
   * it does not, and is not replaced.
   */
  #keepTo(neighbours: readonly Neighbour[]): void {
    const there = new Set(neighbours.map(keyOf));
    for (const [key, link] of this.#links) {
      link.isThere = there.has(key);
      if (!link.isThere && !link.isOnline) this.#drop(key, link);
    }
    for (const neighbour of neighbours) {
      const key = keyOf(neighbour);
      if (this.#links.has(key)) continue;
      const link: Link = { isThere: true, isOnline: false, ending: new AbortController() };
      this.#links.set(key, link);
      const kept = this.#keep(neighbour, link);
      this.#kept.add(kept);
      void kept.then(() => this.#kept.delete(kept));
    }
  }

  #drop(key: string, { ending }: Link): void {
    this.#links.delete(key);
    ending.abort(goneAway());
  }

  async #keep(neighbour: Neighbour, link: Link): Promise<void> {
    const backoff = new Backoff();
    const { signal } = link.ending;
    while (!signal.aborted) {
      this.#epoch += 1;
      const onlineMs = await this.#serve(neighbour, this.#epoch, link);
      if (!link.isThere && !signal.aborted) this.#drop(keyOf(neighbour), link);
      await sleep(backoff.nextMs(onlineMs), undefined, { signal }).catch(() => undefined);
    }
  }

  /** Resolves when the tunnel is over, to how long it was online. */
  async #serve(neighbour: Neighbour, epoch: number, link: Link): Promise<number> {
    const { dial, log } = this.#options;
    const gone = link.ending.signal;
    const fields = { replica: neighbour.id, address: neighbour.address };
    try {
      const { served, ended } = await dial(neighbour, epoch, gone);
      const since = performance.now();
      log.info("replica.joined", fields);
      link.isOnline = true;
      this.#online.add(served);
      served.tellServing(this.#told);
      if (this.#drainWithinMs !== undefined) void served.drain(this.#drainWithinMs);
      const { code, message } = await ended;
      link.isOnline = false;
      this.#online.delete(served);
      if (!gone.aborted) log.warn("replica.lost", { ...fields, code, reason: message });
      return performance.now() - since;
    } catch (reason) {
      const { code, message } = GatewayError.from(reason);
      if (!gone.aborted) log.warn("replica.not-reached", { ...fields, code, reason: message });
      return 0;
    }
  }
}

function neighboursAmong(rows: readonly ReplicaRow[], own: string): readonly Neighbour[] {
  return rows.flatMap(({ id, relayAddress }) =>
    id === own || relayAddress === undefined ? [] : [{ id, address: relayAddress }],
  );
}

function keyOf({ id, address }: Neighbour): string {
  return `${id} ${address}`;
}

function goneAway(): GatewayError {
  return new GatewayError("gateway/lost", "the other replica is gone");
}
