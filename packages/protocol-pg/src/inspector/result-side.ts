import type { ServerStep, TimedStatement } from "@sallyport/shared/adapter";
import { pieceOf } from "@sallyport/shared/bytes/piece";
import type { CatalogSource } from "@sallyport/shared/catalog/catalog";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import { bodyOf } from "../messages/body.ts";
import { encodeMessage } from "../messages/encode-message.ts";
import { decodeCopyColumns } from "../messages/copy-out-response.ts";
import { decodeRowDescription } from "../messages/row-description.ts";
import { errorResponse } from "../native-errors.ts";
import type { Conversation } from "./conversation.ts";
import type { RunningReply } from "./expected-reply.ts";
import type { PlannedResult } from "./planned-result.ts";
import { overLimit } from "./refusals.ts";

const VERBATIM: ServerStep = { kind: "verbatim" };
const DROPPED: ServerStep = { kind: "dropped" };
const CANCELLED: ServerStep = { kind: "dropped", cancel: true };

/** A COPY that nobody will send data for. */
const DECLINED: ServerStep = {
  kind: "dropped",
  toServer: encodeMessage("f", (writer) => writer.string("refused by sallyport")),
};

/**
 * Applies plans to results. A statement whose result cannot be passed on to its end fails for the client at once; the server is asked
 * to stop, and the client's next message waits until it is ready again.
 */
export class ResultSide {
  readonly #conversation: Conversation;
  readonly #catalog: CatalogSource;

  constructor(conversation: Conversation, catalog: CatalogSource) {
    this.#conversation = conversation;
    this.#catalog = catalog;
  }

  /** The answer to a Describe, or the beginning of a query's result. */
  rowDescription(frame: Frame): ServerStep {
    const { pipeline, isEnding } = this.#conversation;
    const described = pipeline.oldest?.kind === "describe" ? pipeline.take("describe", "RowDescription") : undefined;
    // A client that asks by itself gets names and types, which are no secret.
    if (isEnding || (described !== undefined && described.ownFor === undefined)) return VERBATIM;
    const reply = this.#running();
    const result = reply?.result;
    if (reply === undefined || result === undefined || !result.awaitsDescription) return VERBATIM;
    return this.#orEnd(reply, () => {
      result.described(decodeRowDescription(bodyOf(frame, "server/malformed")));
      return described === undefined ? VERBATIM : DROPPED;
    });
  }

  copyOut(frame: Frame): ServerStep {
    const reply = this.#running();
    const result = reply?.result;
    if (this.#conversation.isEnding || reply === undefined || result === undefined) return VERBATIM;
    return this.#orEnd(reply, () => {
      result.copyBegins(decodeCopyColumns(bodyOf(frame, "server/malformed")));
      return VERBATIM;
    });
  }

  copyDone(): ServerStep {
    const reply = this.#running();
    const result = reply?.result;
    if (this.#conversation.isEnding || reply === undefined || result === undefined) return VERBATIM;
    return this.#orEnd(reply, () => {
      result.copyDone();
      return VERBATIM;
    });
  }

  /** A row of a result under a plan, or a part of one. */
  row(reply: RunningReply, result: PlannedResult, frame: Frame): ServerStep {
    try {
      const step = result.row(frame);
      if (frame.part === "whole" || frame.part === "first") reply.rows++;
      return step;
    } catch (reason) {
      return this.#endFor(reply, reason);
    }
  }

  /** The server asks for COPY data in what the client takes for failed. */
  declineCopy(): ServerStep {
    const reply = this.#running();
    if (reply === undefined) {
      throw new GatewayError("server/malformed", "the server asked for COPY data that nobody announced");
    }
    reply.copyBegun = true;
    return DECLINED;
  }

  get timed(): TimedStatement | undefined {
    return this.#conversation.isEnding ? undefined : this.#running()?.timed;
  }

  /** Where nothing of ours may be said, the client gets the server's own error. */
  overdue(statement: TimedStatement, atBoundary: boolean): ServerStep {
    const reply = this.#running();
    if (reply === undefined || this.timed !== statement) return DROPPED;
    if (this.#conversation.mode === "copying" || !atBoundary) return CANCELLED;
    return this.#end(reply, overLimit(`more than ${statement.timeoutMs} ms`));
  }

  #running(): RunningReply | undefined {
    const { oldest } = this.#conversation.pipeline;
    return oldest?.kind === "execute" || oldest?.kind === "query" ? oldest : undefined;
  }

  #orEnd(reply: RunningReply, apply: () => ServerStep): ServerStep {
    try {
      return apply();
    } catch (reason) {
      return this.#endFor(reply, reason);
    }
  }

  /** Throws what is not the statement's own fault. */
  #endFor(reply: RunningReply, reason: unknown): ServerStep {
    const error = GatewayError.from(reason);
    if (error.code !== "mask/mismatch" && error.code !== "session/limit") throw error;
    return this.#end(reply, error);
  }

  /** The client is told that the statement has failed. A cancel might hit what was sent behind the statement's segment, so it is sent only where nothing was. */
  #end(reply: RunningReply, error: GatewayError): ServerStep {
    const { pipeline } = this.#conversation;
    reply.failure = error;
    this.#conversation.isEnding = true;
    if (!pipeline.owesReady) this.#conversation.mode = "skipping";
    if (error.code === "mask/mismatch") this.#catalog.outdated();
    const piece = pieceOf(errorResponse(error, "ERROR"));
    return pipeline.isOneSegment ? { kind: "rewritten", piece, cancel: true } : { kind: "rewritten", piece };
  }
}
