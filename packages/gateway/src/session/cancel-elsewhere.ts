import { createHmac, randomUUID, timingSafeEqual } from "node:crypto";
import type { CancelKey } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { z } from "zod";
import type { Log } from "../log.ts";
import type { Control } from "../store/doors/control.ts";
import type { Replicas } from "../store/doors/replicas.ts";
import type { LiveSession, SessionOwner, SessionRegistry } from "./session-registry.ts";

/** How long the others may take to say whether a session was theirs. */
const ANSWER_MS = 2_000;
/**
 * At once, of each kind of asker. Nobody has to log in to show a key: what comes beyond these is dropped, so that it cannot occupy the store, nor
 * take the place of sessions that ask.
 */
const MAX_ASKING = 16;

const cancelKey = z.object({ kind: z.literal("cancel-key"), id: z.int(), proof: z.base64() });
const cancelSibling = z.object({
  kind: z.literal("cancel-sibling"),
  asked: z.string(),
  from: z.string(),
  id: z.int(),
  principal: z.string(),
  connection: z.string(),
});
const cancelAnswer = z.object({ kind: z.literal("cancel-answer"), asked: z.string(), done: z.boolean() });

type Words = z.infer<typeof cancelKey> | z.infer<typeof cancelSibling> | z.infer<typeof cancelAnswer>;

export interface CancelElsewhereOptions {
  readonly control: Control;
  readonly replicas: Pick<Replicas, "own" | "list">;
  readonly sessions: SessionRegistry;
  /** The same for all replicas: what a client proves itself with is not told to whoever hears them talk. */
  readonly key: Buffer;
  readonly log: Log;
}

/** Cancels statements of sessions that are at other replicas, and those of this one for the others. */
export class CancelElsewhere implements Disposable {
  readonly #options: CancelElsewhereOptions;
  readonly #answers = new Map<string, (done: boolean) => void>();
  readonly #stopListening: () => void;
  readonly #asking = { strangers: 0, sessions: 0 };

  constructor(options: CancelElsewhereOptions) {
    this.#options = options;
    this.#stopListening = options.control.onMessage((message) => this.#hear(message));
  }

  /** For a client that shows a key which no session here was given. It learns nothing either way. */
  async byKey(key: CancelKey): Promise<void> {
    if (key.secret.length === 0) return;
    await this.#ask("strangers", async () => {
      if ((await this.#others()).length > 0)
        await this.#say({ kind: "cancel-key", id: key.id, proof: this.#proofOf(key).toString("base64") });
    });
  }

  /** For a session that names another by its number. Whether one of the same owner was found, and its server told. */
  async sibling({ principal, connection }: SessionOwner, id: number): Promise<boolean> {
    const found = await this.#ask("sessions", async () => {
      const waiting = (await this.#others()).length;
      if (waiting === 0) return false;
      const asked = randomUUID();
      const answered = this.#answerTo(asked, waiting);
      await this.#say({ kind: "cancel-sibling", asked, from: this.#options.replicas.own, id, principal, connection });
      return await answered;
    });
    return found ?? false;
  }

  [Symbol.dispose](): void {
    this.#stopListening();
  }

  /** What cannot be asked of the others, or not now, is as if they had nothing. */
  async #ask<T>(who: "strangers" | "sessions", work: () => Promise<T>): Promise<T | undefined> {
    if (this.#asking[who] >= MAX_ASKING) return undefined;
    this.#asking[who] += 1;
    try {
      return await this.#orLogged(work);
    } finally {
      this.#asking[who] -= 1;
    }
  }

  async #orLogged<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (reason) {
      const { code, message } = GatewayError.from(reason);
      this.#options.log.warn("session.cancel-not-asked", { code, reason: message });
      return undefined;
    }
  }

  async #others() {
    const { own, list } = this.#options.replicas;
    return (await list()).filter(({ id }) => id !== own);
  }

  #say(words: Words): Promise<void> {
    return this.#options.control.send(words);
  }

  /** True as soon as one has done it; false once all have answered, or had the time to. */
  #answerTo(asked: string, waiting: number): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const late = setTimeout(() => resolve(false), ANSWER_MS);
    let left = waiting;
    this.#answers.set(asked, (done) => {
      left -= 1;
      if (done || left === 0) resolve(done);
    });
    return promise.finally(() => {
      clearTimeout(late);
      this.#answers.delete(asked);
    });
  }

  #hear(message: Readonly<Record<string, unknown>>): void {
    const byKey = cancelKey.safeParse(message);
    const bySibling = cancelSibling.safeParse(message);
    const answer = cancelAnswer.safeParse(message);
    if (byKey.success) void this.#cancelByKey(byKey.data);
    else if (bySibling.success) void this.#cancelForSibling(bySibling.data);
    else if (answer.success) this.#answers.get(answer.data.asked)?.(answer.data.done);
  }

  async #cancelByKey({ id, proof }: z.infer<typeof cancelKey>): Promise<void> {
    const key = this.#options.sessions.keyOf(id);
    if (key === undefined || key.secret.length === 0) return;
    const [expected, shown] = [this.#proofOf(key), Buffer.from(proof, "base64")];
    if (expected.length !== shown.length || !timingSafeEqual(expected, shown)) return;
    await this.#cancel(this.#options.sessions.sessionOf(key));
  }

  async #cancelForSibling({ asked, from, id, ...owner }: z.infer<typeof cancelSibling>): Promise<void> {
    // what is sent also reaches the one that sends it
    if (from === this.#options.replicas.own) return;
    const done = await this.#cancel(this.#options.sessions.siblingOf(owner, id));
    // never dropped: there are as many as the others may ask
    await this.#orLogged(() => this.#say({ kind: "cancel-answer", asked, done }));
  }

  async #cancel(session: LiveSession | undefined): Promise<boolean> {
    if (session === undefined) return false;
    try {
      await session.cancel();
      return true;
    } catch (reason) {
      const { code, message } = GatewayError.from(reason);
      this.#options.log.warn("session.cancel-failed", { session: session.id, code, reason: message });
      return false;
    }
  }

  #proofOf({ id, secret }: CancelKey): Buffer {
    return createHmac("sha256", this.#options.key).update(`${id} `).update(secret).digest();
  }
}
