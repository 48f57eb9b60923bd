import { GatewayError } from "@sallyport/shared/errors";
import type { Log } from "../log.ts";
import type { Assembled } from "./assemble-snapshot.ts";
import { createDirectoryWatch } from "./directory-watch.ts";
import { listFolder, stampOf } from "./list-folder.ts";
import { createQuietTimer } from "./quiet-timer.ts";
import { readFolder } from "./read-folder.ts";
import type { Store, StoreSnapshot } from "./store.ts";

/** What a folder store is told besides its folder. */
export interface FolderStoreOptions {
  readonly log: Log;
  /** The ids of the protocols that a connection may have. */
  readonly protocols: readonly string[];
}

/** What a store can say of its documents. */
type State =
  /** Everything was read and is valid. */
  | { readonly at: "serving"; readonly snapshot: StoreSnapshot }
  /** Something is wrong; the last good snapshot is no longer what the operators mean, so it is not kept. */
  | { readonly at: "failing"; readonly problems: readonly string[] }
  | { readonly at: "closed" };

const QUIET_MS = 50;
const LONGEST_BURST_MS = 500;
const POLL_MS = 2000;
const MAX_UNSETTLED = 40;
const MAX_LOGGED = 50;

/**
 * Opens a folder of YAML and JSON documents and follows its changes until disposed. Throws `policy/unavailable` where
 * the folder cannot be read; invalid documents in it only keep `snapshot` from answering until they are mended.
 */
export async function openFolderStore(folder: string, options: FolderStoreOptions): Promise<Store> {
  const store = new FolderStore(folder, options);
  try {
    await listFolder(folder);
    await store.read();
  } catch (error) {
    await store[Symbol.asyncDispose]();
    throw error;
  }
  return store;
}

class FolderStore implements Store {
  readonly #folder: string;
  readonly #options: FolderStoreOptions;
  readonly #listeners = new Set<() => void>();
  readonly #quiet = createQuietTimer(QUIET_MS, LONGEST_BURST_MS, () => void this.read());
  readonly #watch = createDirectoryWatch(() => this.#quiet.stir());
  readonly #poll = setInterval(() => void this.#look(), POLL_MS).unref();
  #state: State = { at: "failing", problems: ["the documents have not been read yet"] };
  #stamp = "";
  #reading: Promise<void> | undefined;
  #readAgain = false;

  constructor(folder: string, options: FolderStoreOptions) {
    this.#folder = folder;
    this.#options = options;
  }

  snapshot(): StoreSnapshot {
    if (this.#state.at === "serving") return this.#state.snapshot;
    if (this.#state.at === "closed") throw new GatewayError("policy/unavailable", "the store is closed");
    throw new GatewayError("policy/unavailable", summarise(this.#state.problems));
  }

  assertReachable(): void {
    this.snapshot();
  }

  onChange(listener: () => void): () => void {
    // a function of its own, so that one listener can be added twice
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  /** Reads everything, never twice at once: what changes in mid-reading is read after it. Never rejects. */
  read(): Promise<void> {
    if (this.#reading !== undefined) {
      this.#readAgain = true;
      return this.#reading;
    }
    this.#reading = this.#readUntilDone();
    return this.#reading;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#state = { at: "closed" };
    clearInterval(this.#poll);
    this.#listeners.clear();
    await this.#reading;
    // last, since a reading that was under way may have begun to watch
    this.#watch.stop();
    this.#quiet.stop();
  }

  async #readUntilDone(): Promise<void> {
    do {
      this.#readAgain = false;
      this.#take(await this.#readSettled());
    } while (this.#readAgain && !this.#isClosed());
    this.#reading = undefined;
  }

  /** Reads until all files belong together. A folder that never rests is as good as an unreadable one. */
  async #readSettled(): Promise<Assembled> {
    try {
      for (let attempt = 0; attempt < MAX_UNSETTLED && !this.#isClosed(); attempt++) {
        const reading = await readFolder(this.#folder, this.#options.protocols, ({ directories }) =>
          this.#watch.follow(directories),
        );
        this.#stamp = reading.stamp;
        if (reading.settled) return reading.assembled;
      }
      return { kind: "faulty", problems: ["the documents keep changing while they are read"] };
    } catch (error) {
      const { message } = GatewayError.from(error, "policy/unavailable");
      this.#watch.follow(new Set());
      this.#stamp = message;
      return { kind: "faulty", problems: [message] };
    }
  }

  /** Watchers miss events on some file systems: this finds what they missed. */
  async #look(): Promise<void> {
    if (this.#reading !== undefined) return;
    let stamp: string;
    try {
      stamp = stampOf(await listFolder(this.#folder));
    } catch (error) {
      stamp = GatewayError.from(error).message;
    }
    if (stamp !== this.#stamp && !this.#isClosed()) this.#quiet.stir();
  }

  #take(assembled: Assembled): void {
    const before = this.#state;
    if (before.at === "closed") return;
    if (assembled.kind === "complete") {
      const { snapshot } = assembled;
      // the same documents keep their snapshot, and with it every decision made from it
      if (before.at === "serving" && before.snapshot.version === snapshot.version) return;
      this.#state = { at: "serving", snapshot };
      this.#options.log.info("documents.read", { version: snapshot.version, count: countDocuments(snapshot) });
    } else {
      const { problems } = assembled;
      if (before.at === "failing" && before.problems.join("\n") === problems.join("\n")) return;
      this.#state = { at: "failing", problems };
      this.#logProblems(problems);
    }
    this.#tellListeners();
  }

  #logProblems(problems: readonly string[]): void {
    const { log } = this.#options;
    for (const reason of problems.slice(0, MAX_LOGGED)) log.error("document.refused", { reason });
    log.error("documents.refused", { count: problems.length, reason: "Nothing is allowed until they are mended." });
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
        this.#options.log.error("documents.listener-failed", { reason: message, stack });
      }
    }
  }

  #isClosed(): boolean {
    return this.#state.at === "closed";
  }
}

function summarise(problems: readonly string[]): string {
  const first = problems.slice(0, 3).join(" ");
  return problems.length > 3 ? `${first} (and ${problems.length - 3} more)` : first;
}

function countDocuments(snapshot: StoreSnapshot): number {
  const { connections, identityProviders, agents, policies, tickets } = snapshot;
  return connections.size + identityProviders.length + agents.length + policies.length + tickets.size;
}
