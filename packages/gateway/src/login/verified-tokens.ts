import { createHash } from "node:crypto";
import type { Principal } from "@sallyport/shared/principal";

/** What a token proved. */
export interface VerifiedToken {
  readonly principal: Principal;
  /** The token's own end; nothing that rests on it lives longer. */
  readonly expires: Date;
  readonly identityProvider: string;
}

interface Entry {
  readonly verified: VerifiedToken;
  readonly until: number;
}

/**
 * Remembers tokens that were verified, by their hash, since checking a signature costs more than all else in a login. Bounded:
 * the one longest unused is forgotten first.
 */
export class VerifiedTokens {
  readonly #maxEntries: number;
  readonly #entries = new Map<string, Entry>();

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(token: string, now: number): VerifiedToken | undefined {
    const key = hash(token);
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.until <= now) return undefined;
    this.#entries.set(key, entry);
    return entry.verified;
  }

  set(token: string, verified: VerifiedToken, until: number): void {
    this.#entries.set(hash(token), { verified, until });
    if (this.#entries.size <= this.#maxEntries) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
  }

  clear(): void {
    this.#entries.clear();
  }
}

function hash(token: string): string {
  return createHash("sha256").update(token).digest("base64");
}
