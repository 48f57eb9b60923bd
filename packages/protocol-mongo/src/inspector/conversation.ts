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

/** What both directions of one session know together. Only the inspector's two halves touch it. */
export class Conversation {
  readonly facts: ServerFacts;
  readonly seal: Seal;
  readonly progress = new Progress();
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

  /** The answer has come: the next request may be looked at. */
  settle(): void {
    this.#open = undefined;
    this.progress.made();
  }
}
