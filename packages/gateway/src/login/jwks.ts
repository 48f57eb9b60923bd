import { GatewayError } from "@sallyport/shared/errors";
import type { LocalJWKSet } from "jose";
import { printable, quoted } from "../printable.ts";
import { fetchKeySet, type FetchLimits, type KeyLocation } from "./fetch-key-set.ts";

/** How a provider's keys are kept up to date. */
export interface KeyTimes {
  /** Keys are fetched again after this long. */
  readonly freshMs: number;
  /** Keys may be used this long after they were fetched while the provider does not answer. */
  readonly staleMs: number;
  /** Least time between two fetches for a key that is not known: tokens with made-up keys must not hammer the provider. */
  readonly cooldownMs: number;
  /** Least time between two fetches while the provider does not answer. */
  readonly retryMs: number;
}

export interface KeyOptions extends FetchLimits, KeyTimes {}

export const defaultKeyOptions: KeyOptions = {
  timeoutMs: 5_000,
  maxBytes: 256 * 1024,
  freshMs: 10 * 60_000,
  staleMs: 60 * 60_000,
  cooldownMs: 15_000,
  retryMs: 2_000,
};

interface KeptKeys {
  readonly keys: LocalJWKSet;
  readonly at: number;
}

/** The public keys of one identity provider: fetched when first needed, shared by everyone who waits, refetched on rotation. */
export class Jwks {
  readonly #location: KeyLocation;
  readonly #options: KeyOptions;
  readonly #now: () => number;
  #kept: KeptKeys | undefined;
  #fetching: Promise<LocalJWKSet> | undefined;
  #attemptedAt: number | undefined;
  #failure: string | undefined;

  constructor(location: KeyLocation, options: KeyOptions, now: () => number) {
    this.#location = location;
    this.#options = options;
    this.#now = now;
  }

  /** The keys to verify with. Throws `login/unavailable` when there are none that may still be used. */
  async current(): Promise<LocalJWKSet> {
    const { freshMs, staleMs, retryMs } = this.#options;
    const kept = this.#kept;
    if (kept !== undefined && this.#within(kept.at, freshMs)) return kept.keys;
    const stale = kept !== undefined && this.#within(kept.at, staleMs) ? kept.keys : undefined;
    const wasAway = this.#failure !== undefined;
    if (wasAway && this.#fetching === undefined && this.#within(this.#attemptedAt, retryMs)) {
      return stale ?? this.#refuse();
    }
    const fetching = this.#fetch().catch((reason: unknown) => stale ?? Promise.reject(reason));
    // while the provider is away nobody waits for it in vain, as long as there are keys
    return stale !== undefined && wasAway ? stale : await fetching;
  }

  /** Keys newer than those that did not fit a token, or undefined when it is too soon to ask again. */
  async newerThan(keys: LocalJWKSet): Promise<LocalJWKSet | undefined> {
    if (this.#kept !== undefined && this.#kept.keys !== keys) return this.#kept.keys;
    if (this.#fetching === undefined && this.#within(this.#attemptedAt, this.#options.cooldownMs)) return undefined;
    return await this.#fetch();
  }

  #fetch(): Promise<LocalJWKSet> {
    this.#fetching ??= this.#fetchOnce().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetchOnce(): Promise<LocalJWKSet> {
    const at = this.#now();
    this.#attemptedAt = at;
    try {
      const keys = await fetchKeySet(this.#location, this.#options);
      this.#kept = { keys, at };
      this.#failure = undefined;
      return keys;
    } catch (reason) {
      this.#failure = reason instanceof Error ? reason.message : String(reason);
      throw this.#unavailable(this.#failure, reason);
    }
  }

  /** A clock that was set back makes nothing young again. */
  #within(since: number | undefined, durationMs: number): boolean {
    const elapsed = since === undefined ? Number.POSITIVE_INFINITY : this.#now() - since;
    return elapsed >= 0 && elapsed < durationMs;
  }

  #refuse(): never {
    throw this.#unavailable(this.#failure);
  }

  #unavailable(why: string | undefined, cause?: unknown): GatewayError {
    const issuer = quoted(this.#location.issuer, 200);
    return new GatewayError(
      "login/unavailable",
      `no keys of issuer ${issuer}: ${printable(why ?? "not fetched", 500)}`,
      { cause },
    );
  }
}
