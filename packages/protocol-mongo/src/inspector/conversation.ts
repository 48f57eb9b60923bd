import type { InspectedSession } from "@sallyport/shared/adapter";
import { Progress } from "@sallyport/shared/stream/progress";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import { Seal } from "./seal.ts";

/** A request that the server has still to answer. */
export interface OpenRequest {
  readonly requestId: number;
  /** The command's name. */
  readonly name: string;
  /** The permit it runs under. */
  readonly permit: string;
}

/** So many requests that want no answer are remembered between two answers, for servers that answer them all the same. */
const MAX_UNANSWERED = 4_096;

/** What both directions of one session know together. Only the inspector's two halves touch it. */
export class Conversation {
  readonly facts: ServerFacts;
  readonly seal: Seal;
  readonly progress = new Progress();
  /** Requests that want no answer, by their number; the oldest first. */
  readonly #unanswered = new Map<number, OpenRequest>();
  #open: OpenRequest | undefined;

  constructor(facts: ServerFacts, session: InspectedSession) {
    this.facts = facts;
    this.seal = new Seal(session.ownKey);
  }

  get open(): OpenRequest | undefined {
    return this.#open;
  }

  expect(request: OpenRequest): void {
    this.#open = request;
  }

  /** A request was sent on that wants no answer. */
  expectNothing(request: OpenRequest): void {
    this.#unanswered.delete(request.requestId);
    this.#unanswered.set(request.requestId, request);
    const [oldest] = this.#unanswered.keys();
    if (this.#unanswered.size > MAX_UNANSWERED && oldest !== undefined) this.#unanswered.delete(oldest);
  }

  /** The request that a server answers although it was to keep silent; once. */
  takeUnanswered(requestId: number): OpenRequest | undefined {
    const request = this.#unanswered.get(requestId);
    this.#unanswered.delete(requestId);
    return request;
  }

  /** The answer has come: the next request may be looked at. Servers answer in order, so nothing of what came before is still due. */
  settle(): void {
    this.#open = undefined;
    this.#unanswered.clear();
    this.progress.made();
  }
}
