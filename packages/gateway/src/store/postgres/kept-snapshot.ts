import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "../../log.ts";
import type { StoreSnapshot } from "../store.ts";
import type { FeedState } from "./change-feed.ts";
import type { StateParts } from "./state-parts.ts";

const MAX_LOGGED = 50;

/** What can be said of the documents. */
type Kept =
  /** Everything was read and is valid. */
  | { readonly at: "serving"; readonly snapshot: StoreSnapshot }
  /** Something is wrong; the last good snapshot is no longer what the operators mean, so it is not kept. */
  | { readonly at: "failing"; readonly problems: readonly string[] };

/** The snapshot that was read last, how far it may be trusted, and who wants to know of another. */
export class KeptSnapshot {
  readonly #log: Log;
  readonly #staleMs: number;
  readonly #listeners = new Set<() => void>();
  #parts: StateParts | undefined;
  #kept: Kept = { at: "failing", problems: ["nothing has been read yet"] };
  #feed: FeedState | undefined;
  /** Tells the listeners when a snapshot has become too old. */
  #staleTimer: NodeJS.Timeout | undefined;

  constructor(log: Log, staleMs: number) {
    this.#log = log;
    this.#staleMs = staleMs;
  }

  get parts(): StateParts | undefined {
    return this.#parts;
  }

  snapshot(): StoreSnapshot {
    if (this.#feed?.at === "closed") throw new GatewayError("policy/unavailable", "the store is closed");
    if (this.#feed?.at === "away" && Date.now() - this.#feed.since >= this.#staleMs) {
      const seconds = Math.round(this.#staleMs / 1_000);
      throw new GatewayError(
        "policy/unavailable",
        `the gateway's database has been away for more than ${seconds} s: ${this.#feed.error.message}`,
      );
    }
    if (this.#kept.at === "serving") return this.#kept.snapshot;
    throw new GatewayError("policy/unavailable", summarise(this.#kept.problems));
  }

  assertReachable(): void {
    if (this.#feed?.at === "live") return;
    const { message } = this.#feed?.at === "away" ? this.#feed.error : new Error("the store is closed");
    throw new GatewayError("store/unavailable", `nobody new is let in: ${message}`);
  }

  onChange(listener: () => void): () => void {
    // a function of its own, so that one listener can be added twice
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Takes up what was read; says so where it is something new. */
  take(parts: StateParts): void {
    const before = this.#parts;
    this.#parts = parts;
    if (before !== undefined && isSame(before, parts)) return;
    const { documents, tickets, agents, principals } = parts;
    if (before?.tickets !== tickets) this.#logFaultyTickets(tickets.faulty);
    if (documents.finished.kind === "complete") {
      const { connections, identityProviders, policies, agents: known } = documents.finished.documents;
      const snapshot: StoreSnapshot = {
        version: documents.version,
        connections,
        identityProviders,
        policies,
        agents: agents.agents.length === 0 ? known : [...known, ...agents.agents],
        tickets: tickets.byName,
        revokedPrincipals: principals.revoked,
      };
      this.#kept = { at: "serving", snapshot };
      if (before?.documents !== documents) this.#logDocuments(snapshot);
    } else {
      const { problems } = documents.finished;
      this.#kept = { at: "failing", problems };
      if (before?.documents !== documents) this.#logProblems(problems);
    }
    this.#tellListeners();
  }

  /** Follows whether the snapshot can still be known to be what is there. */
  follow(feed: FeedState): void {
    const wasStale = this.#isStale();
    this.#feed = feed;
    clearTimeout(this.#staleTimer);
    if (feed.at === "away") {
      const left = Math.max(0, feed.since + this.#staleMs - Date.now());
      // a timer may be early by a millisecond
      this.#staleTimer = setTimeout(() => this.#tellListeners(), left + 5).unref();
    } else if (wasStale) this.#tellListeners();
    if (feed.at === "closed") this.#listeners.clear();
  }

  #isStale(): boolean {
    return this.#feed?.at === "away" && Date.now() - this.#feed.since >= this.#staleMs;
  }

  #logDocuments({ version, connections, identityProviders, agents, policies }: StoreSnapshot): void {
    const count = connections.size + identityProviders.length + agents.length + policies.length;
    this.#log.info("documents.read", { version, count });
  }

  #logProblems(problems: readonly string[]): void {
    for (const reason of problems.slice(0, MAX_LOGGED)) this.#log.error("document.refused", { reason });
    this.#log.error("documents.refused", {
      count: problems.length,
      reason: "Nothing is allowed until they are mended.",
    });
  }

  #logFaultyTickets(names: readonly string[]): void {
    for (const user of names.slice(0, MAX_LOGGED)) {
      this.#log.error("ticket.refused", { user, reason: "Its row cannot be read, so it lets nobody in." });
    }
  }

  #tellListeners(): void {
    // one that is added meanwhile sees the new state by itself
    const listeners = [...this.#listeners];
    for (const listener of listeners) {
      // one told before may have stopped it
      if (!this.#listeners.has(listener)) continue;
      try {
        listener();
      } catch (error) {
        const { message, stack } = error instanceof Error ? error : new Error(String(error));
        this.#log.error("documents.listener-failed", { reason: message, stack });
      }
    }
  }
}

function isSame(one: StateParts, other: StateParts): boolean {
  return (
    one.documents === other.documents &&
    one.tickets === other.tickets &&
    one.agents === other.agents &&
    one.principals === other.principals
  );
}

function summarise(problems: readonly string[]): string {
  const first = problems.slice(0, 3).join(" ");
  return problems.length > 3 ? `${first} (and ${problems.length - 3} more)` : first;
}
