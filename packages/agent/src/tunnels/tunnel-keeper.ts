import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "@sallyport/shared/log";
import { Backoff } from "@sallyport/shared/tunnel/backoff";
import type { DialledTunnel, DialMaterial } from "@sallyport/shared/tunnel/dial-tunnel";

/** To how many replicas an agent wants a tunnel, where there are so many: any of them may be lost at any time. */
const WANTED = 2;

/** Who has a tunnel is in no hurry to find another replica. */
const SEARCH_LEAST_MS = 1_000;

/** Node's timers take no more. */
const LONGEST_MS = 2 ** 31 - 1;

/** One attempt to come to a tunnel. */
export interface TunnelAttempt {
  readonly material: DialMaterial;
  readonly epoch: number;
  /** Replicas that there are tunnels to already. */
  readonly held: string[];
  /** Ends the tunnel, or the attempt. */
  readonly signal: AbortSignal;
  /** The gateway is about to leave. */
  readonly onDrain: () => void;
}

export interface TunnelKeeperOptions {
  /** Where to dial and what with; asked for every round. */
  readonly materials: () => Promise<readonly DialMaterial[]>;
  readonly dial: (attempt: TunnelAttempt) => Promise<DialledTunnel>;
  /** What the agent calls itself in its log. */
  readonly agent: string | undefined;
  readonly log: Log;
  readonly random?: (() => number) | undefined;
}

/** The gateway's end of a tunnel that is online, or may become so. */
interface GatewayEnd {
  readonly address: string;
  readonly ending: AbortController;
  isLeaving: boolean;
}

interface KeptTunnel extends DialledTunnel {
  readonly gateway: GatewayEnd;
  readonly onlineSince: number;
}

/** Why an attempt came to nothing, and where. */
interface DialFailure {
  readonly error: GatewayError;
  readonly address?: string;
}

/** Keeps tunnels to as many replicas as are wanted. It dials one at a time, as two might come to the same replica. */
export class TunnelKeeper {
  /** Resolves when the first tunnel is online. */
  readonly online: Promise<void>;
  readonly #options: TunnelKeeperOptions;
  readonly #online = Promise.withResolvers<void>();
  readonly #tunnels = new Set<KeptTunnel>();
  readonly #dialling = new AbortController();
  readonly #nowhere = Promise.withResolvers<readonly DialMaterial[]>();
  /** While no tunnel serves. */
  readonly #backoff: Backoff;
  /** While one does, and others are looked for. */
  #search: Backoff;
  /** Until the next round; undefined while one is under way and nothing has happened that asks for another. */
  #waitMs: number | undefined = 0;
  #wake = new AbortController();
  #attempts = 0;
  #isSearchTold = false;
  readonly #done: Promise<void>;

  constructor(options: TunnelKeeperOptions) {
    this.#options = options;
    this.online = this.#online.promise;
    this.#backoff = new Backoff(options.random);
    this.#search = new Backoff(options.random);
    this.#done = this.#run();
  }

  /** Dials no more, and has the gateways end the sessions in time. Resolves when they are gone. */
  async drain(withinMs: number): Promise<void> {
    this.#dialNoMore();
    await this.#done;
    await Promise.all([...this.#tunnels].map(({ served }) => served.drain(withinMs)));
  }

  /** Closes all tunnels, and their sessions with them. */
  async stop(): Promise<void> {
    this.#dialNoMore();
    await this.#done;
    for (const { gateway } of this.#tunnels) gateway.ending.abort();
    await Promise.all([...this.#tunnels].map(({ ended }) => ended));
  }

  get #servingCount(): number {
    return [...this.#tunnels].filter(({ gateway }) => !gateway.isLeaving).length;
  }

  async #run(): Promise<void> {
    while (!this.#dialling.signal.aborted) {
      this.#wake = new AbortController();
      const { signal } = this.#wake;
      const waitMs = this.#servingCount < WANTED ? this.#waitMs : LONGEST_MS;
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted || this.#servingCount >= WANTED) continue;
      this.#waitMs = undefined;
      const failure = await this.#goRound();
      this.#waitMs ??= failure === undefined ? 0 : this.#afterFailure(failure);
    }
  }

  /** Tries one place after another, beginning behind the one that was tried last. Gives why none led to a tunnel. */
  async #goRound(): Promise<DialFailure | undefined> {
    let failure: DialFailure = { error: new GatewayError("tunnel/agent-lost", "there is nowhere to dial") };
    try {
      const materials = await Promise.race([this.#options.materials(), this.#nowhere.promise]);
      for (let tried = 0; tried < materials.length; tried += 1) {
        const material = materials[this.#attempts % materials.length];
        this.#attempts += 1;
        const failed = material === undefined ? failure : await this.#dial(material);
        if (failed === undefined) return undefined;
        // that there is a tunnel already says least
        if (tried === 0 || !isHeld(failed)) failure = failed;
      }
      return failure;
    } catch (reason) {
      return { error: GatewayError.from(reason) };
    }
  }

  async #dial(material: DialMaterial): Promise<DialFailure | undefined> {
    const gateway: GatewayEnd = { address: material.gateway, ending: new AbortController(), isLeaving: false };
    const giveUp = (): void => gateway.ending.abort();
    const { signal } = this.#dialling;
    signal.addEventListener("abort", giveUp, { once: true });
    if (signal.aborted) giveUp();
    try {
      const dialled = await this.#options.dial({
        material,
        epoch: this.#attempts,
        held: [...this.#tunnels].map(({ registered }) => registered.replica),
        signal: gateway.ending.signal,
        onDrain: () => this.#onDrain(gateway),
      });
      this.#keep({ ...dialled, gateway, onlineSince: performance.now() });
      return undefined;
    } catch (reason) {
      return { error: GatewayError.from(reason), address: material.gateway };
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  #keep(tunnel: KeptTunnel): void {
    const { agent, group } = tunnel.registered;
    this.#options.log.info("tunnel.online", { agent, group, address: tunnel.gateway.address });
    this.#tunnels.add(tunnel);
    this.#isSearchTold = false;
    this.#online.resolve();
    void tunnel.ended.then((reason) => this.#lose(tunnel, reason));
  }

  #lose(tunnel: KeptTunnel, { code, message }: GatewayError): void {
    this.#tunnels.delete(tunnel);
    if (this.#dialling.signal.aborted) return;
    const { agent, log } = this.#options;
    const { address, isLeaving } = tunnel.gateway;
    if (isLeaving) log.info("gateway.left", { agent, address });
    else log.warn("gateway.lost", { agent, address, code, reason: message });
    const backoff = this.#servingCount === 0 ? this.#backoff : this.#search;
    // who left in order is most likely back soon, however often it was dialled meanwhile
    this.#lookIn(backoff.nextMs(isLeaving ? Infinity : performance.now() - tunnel.onlineSince));
  }

  #onDrain(gateway: GatewayEnd): void {
    if (gateway.isLeaving) return;
    gateway.isLeaving = true;
    if (this.#dialling.signal.aborted) return;
    const { agent, log } = this.#options;
    log.info("gateway.leaving", { agent, address: gateway.address });
    this.#search = new Backoff(this.#options.random);
    this.#lookIn(0);
  }

  /** How long to wait. A search that goes on says once why it finds nobody: often there is nobody else. */
  #afterFailure({ error, address }: DialFailure): number {
    if (this.#dialling.signal.aborted) return 0;
    const { agent, log } = this.#options;
    const isSearch = this.#servingCount > 0;
    if (isSearch && !this.#isSearchTold && isHeld({ error })) log.info("gateway.no-other", { agent, address });
    else if (!isSearch || !this.#isSearchTold)
      log.error("gateway.dial-failed", { agent, address, code: error.code, reason: error.message });
    this.#isSearchTold = isSearch;
    return isSearch ? Math.max(SEARCH_LEAST_MS, this.#search.nextMs(0)) : this.#backoff.nextMs(0);
  }

  #lookIn(ms: number): void {
    this.#waitMs = ms;
    this.#wake.abort();
  }

  #dialNoMore(): void {
    this.#dialling.abort();
    this.#nowhere.resolve([]);
    this.#wake.abort();
  }
}

function isHeld({ error }: DialFailure): boolean {
  return error.code === "tunnel/already-held";
}
