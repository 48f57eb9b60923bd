import { pieceOf } from "@sallyport/shared/bytes/piece";
import type { ServerStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Outcome } from "@sallyport/shared/statement";
import { countElements, find } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { arrayOf, documentOf, isTruthy, valueIn, wholeNumberOf } from "../bson/read-value.ts";
import { decodeOpMsg, msgFlag } from "../messages/op-msg.ts";
import type { Conversation, OpenRequest } from "./conversation.ts";
import { MessagePatch } from "./message-patch.ts";
import { sealReply } from "./own-numbers.ts";

/** Follows what the server answers: one reply to one request. Of a reply only its outermost fields are looked at. */
export class ServerSide {
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  step(frame: Frame): ServerStep {
    const { open, seal } = this.#conversation;
    const message = decodeOpMsg(frame.chunk, frame.start, frame.end, "server/malformed");
    if (open === undefined || message.responseTo !== open.requestId) {
      const unwanted = this.#conversation.takeUnanswered(message.responseTo);
      // FerretDB answers also what wants no answer; its client would take that for the answer to something else
      if (unwanted !== undefined) return { kind: "dropped", outcomes: [outcomeOf(unwanted, message.body)] };
      throw new GatewayError("server/malformed", `the server answers request ${message.responseTo}, which is not open`);
    }
    if ((message.flags & msgFlag.moreToCome) !== 0 || message.sequences.length > 0) {
      throw new GatewayError("server/malformed", "the server sends more than one answer to a request");
    }
    const patch = new MessagePatch();
    sealReply(open.name, message.body, seal, patch);
    const outcomes = [outcomeOf(open, message.body)];
    const changed = patch.applyTo(frame);
    this.#conversation.settle();
    return changed === undefined
      ? { kind: "verbatim", outcomes }
      : { kind: "rewritten", piece: pieceOf(changed), outcomes };
  }
}

function outcomeOf({ permit }: OpenRequest, reply: RawDocument): Outcome {
  if (isTruthy(find(reply, "ok"))) return { permit, result: "completed", code: "ok", rows: rowsIn(reply) };
  return { permit, result: "failed", code: String(valueIn(reply, "code", wholeNumberOf) ?? "unknown"), rows: 0 };
}

/** Documents in a batch, or what a write says that it touched. */
function rowsIn(reply: RawDocument): number {
  const cursor = valueIn(reply, "cursor", documentOf);
  const batch =
    cursor === undefined
      ? undefined
      : (valueIn(cursor, "firstBatch", arrayOf) ?? valueIn(cursor, "nextBatch", arrayOf));
  return batch === undefined ? (valueIn(reply, "n", wholeNumberOf) ?? 0) : countElements(batch);
}
