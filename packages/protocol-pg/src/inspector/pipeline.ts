import { GatewayError } from "@sallyport/shared/errors";
import type { ExpectedReply } from "./expected-reply.ts";

/** More open messages than this and the client has to wait: the bound of what one session can make us remember. */
const MAX_OPEN_MESSAGES = 4096;

/**
 * The client messages that the server has still to answer. Messages between two Syncs form a segment: when one of them
 * fails, the server skips the rest of its segment.
 */
export class Pipeline {
  #replies: ExpectedReply[] = [];
  #head = 0;
  #segment = 0;
  #ready = 0;
  #timed = 0;
  #hasRun = false;

  /** The number of the segment that the next message belongs to. */
  get segment(): number {
    return this.#segment;
  }

  get isFull(): boolean {
    return this.#replies.length - this.#head >= MAX_OPEN_MESSAGES;
  }

  /** Whether a ReadyForQuery is still to come. Without one the server may keep its answers to itself. */
  get owesReady(): boolean {
    return this.#ready > 0;
  }

  /** Whether a statement was sent on in the segment that the next message belongs to, answered or not. */
  get hasRunInSegment(): boolean {
    return this.#hasRun;
  }

  /** Whether a statement under a limit of time has still to be answered. */
  get hasTimed(): boolean {
    return this.#timed > 0;
  }

  /** Whether nothing is open beyond the segment of the oldest message. */
  get isOneSegment(): boolean {
    const newest = this.newest;
    return newest === undefined || this.#ready + (endsWithReady(newest) ? 0 : 1) <= 1;
  }

  get oldest(): ExpectedReply | undefined {
    return this.#replies[this.#head];
  }

  get newest(): ExpectedReply | undefined {
    return this.#head < this.#replies.length ? this.#replies.at(-1) : undefined;
  }

  push(reply: ExpectedReply): void {
    this.#replies.push(reply);
    if (reply.kind === "execute") this.#hasRun = true;
    if (isTimed(reply)) this.#timed++;
    if (!endsWithReady(reply)) return;
    this.#hasRun = false;
    this.#segment++;
    this.#ready++;
  }

  /** Takes the oldest open message, which must be of this kind: an answer that fits no question means we lost track, and that ends the session. */
  take<K extends ExpectedReply["kind"]>(kind: K, answer: string): Extract<ExpectedReply, { kind: K }> {
    const reply = this.oldest;
    if (!isKind(reply, kind)) {
      throw new GatewayError(
        "server/malformed",
        `the server sent ${answer} where the answer to ${reply?.kind ?? "nothing"} was due`,
      );
    }
    this.#drop(reply);
    return reply;
  }

  /** Takes everything that the server skips after an error: all up to the next Sync, which stays. */
  takeSkipped(): readonly ExpectedReply[] {
    const skipped: ExpectedReply[] = [];
    for (let reply = this.oldest; reply !== undefined && reply.kind !== "sync"; reply = this.oldest) {
      skipped.push(reply);
      this.#drop(reply);
    }
    return skipped;
  }

  /** Moving the head costs nothing; the list is cut only now and then, which keeps a long pipeline linear. */
  #drop(reply: ExpectedReply): void {
    if (endsWithReady(reply)) this.#ready--;
    if (isTimed(reply)) this.#timed--;
    this.#head++;
    if (this.#head === this.#replies.length) {
      this.#replies.length = 0;
      this.#head = 0;
    } else if (this.#head >= MAX_OPEN_MESSAGES) {
      this.#replies = this.#replies.slice(this.#head);
      this.#head = 0;
    }
  }
}

function endsWithReady({ kind }: ExpectedReply): boolean {
  return kind === "sync" || kind === "query";
}

function isTimed(reply: ExpectedReply): boolean {
  return (reply.kind === "execute" || reply.kind === "query") && reply.timed !== undefined;
}

function isKind<K extends ExpectedReply["kind"]>(
  reply: ExpectedReply | undefined,
  kind: K,
): reply is Extract<ExpectedReply, { kind: K }> {
  return reply?.kind === kind;
}
