import type { ServerStep, TimedStatement } from "@sallyport/shared/adapter";
import { pieceOf } from "@sallyport/shared/bytes/piece";
import type { CatalogSource } from "@sallyport/shared/catalog/catalog";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import { bodyOf, HEADER_BYTES } from "../messages/body.ts";
import { decodeErrorResponse } from "../messages/error-response.ts";
import { decodeParameterStatus } from "../messages/parameter-status.ts";
import type { Conversation } from "./conversation.ts";
import type { ExpectedReply } from "./expected-reply.ts";
import { ended, outcomeOf, withOutcomes } from "./outcomes.ts";
import { ResultSide } from "./result-side.ts";
import { ShownTexts } from "./shown-texts.ts";
import { serverTag } from "../messages/tags.ts";

const VERBATIM: ServerStep = { kind: "verbatim" };
const DROPPED: ServerStep = { kind: "dropped" };

const IDLE = 0x49;

/** Follows what the server answers: settles names, counts rows, applies plans, and reports how each statement ended. */
export class ServerSide {
  readonly #conversation: Conversation;
  readonly #results: ResultSide;
  readonly #texts: ShownTexts;

  constructor(conversation: Conversation, catalog: CatalogSource) {
    this.#conversation = conversation;
    this.#results = new ResultSide(conversation, catalog);
    this.#texts = new ShownTexts(conversation);
  }

  get timed(): TimedStatement | undefined {
    return this.#results.timed;
  }

  overdue(statement: TimedStatement, atBoundary: boolean): ServerStep {
    return this.#results.overdue(statement, atBoundary);
  }

  step(frame: Frame): ServerStep {
    switch (frame.tag) {
      case serverTag.dataRow:
      case serverTag.copyData:
        return this.#row(frame);
      case serverTag.parameterStatus:
        return this.#parameterStatus(frame);
      case serverTag.noticeResponse:
        return this.#conversation.isEnding ? DROPPED : this.#texts.ofTexts(frame);
      case serverTag.notificationResponse:
        return VERBATIM;
      case serverTag.copyDone:
        return this.#conversation.isEnding ? DROPPED : this.#results.copyDone();
      case serverTag.parameterDescription:
        return this.#conversation.isEnding ? DROPPED : VERBATIM;
      default: {
        const step = this.#conversation.isEnding ? this.#whileEnding(frame) : this.#answer(frame);
        this.#conversation.progress.made();
        return step;
      }
    }
  }

  /** What the server still says of what the client was told to have failed, and of what was sent with it, is followed but not passed on. */
  #whileEnding(frame: Frame): ServerStep {
    const step = frame.tag === serverTag.copyInResponse ? this.#results.declineCopy() : this.#answer(frame);
    if (frame.tag === serverTag.readyForQuery || this.#conversation.serverSaidGoodbye) return step;
    const { outcomes, toServer } = step;
    return {
      kind: "dropped",
      ...(outcomes === undefined ? {} : { outcomes }),
      ...(toServer === undefined ? {} : { toServer }),
    };
  }

  #answer(frame: Frame): ServerStep {
    const { pipeline, names } = this.#conversation;
    switch (frame.tag) {
      case serverTag.parseComplete:
        names.statements.settle(pipeline.take("parse", "ParseComplete").name, true);
        return VERBATIM;
      case serverTag.bindComplete:
        names.portals.settle(pipeline.take("bind", "BindComplete").portal, true);
        return VERBATIM;
      case serverTag.closeComplete:
        names.closed(pipeline.take("close", "CloseComplete").object);
        return VERBATIM;
      case serverTag.rowDescription:
        return this.#results.rowDescription(frame);
      case serverTag.noData:
        return pipeline.take("describe", "NoData").ownFor === undefined ? VERBATIM : DROPPED;
      case serverTag.commandComplete:
        return this.#completed(bodyOf(frame, "server/malformed").string());
      case serverTag.emptyQueryResponse:
        if (pipeline.oldest?.kind === "execute") pipeline.take("execute", "EmptyQueryResponse");
        return VERBATIM;
      case serverTag.portalSuspended: {
        const execute = pipeline.take("execute", "PortalSuspended");
        if (execute.running !== undefined) names.settle(execute.running.effect, false);
        this.#texts.ran(execute.running);
        return withOutcomes(VERBATIM, ended(execute, { result: "suspended", code: "" }));
      }
      case serverTag.copyInResponse:
        return this.#copyBegins();
      case serverTag.copyOutResponse:
        return this.#results.copyOut(frame);
      case serverTag.errorResponse:
        return this.#failed(frame);
      case serverTag.readyForQuery:
        return this.#ready(frame);
      default:
        throw new GatewayError(
          "server/malformed",
          `the server sent message tag ${frame.tag}, which has no place after login`,
        );
    }
  }

  #row(frame: Frame): ServerStep {
    const { pipeline, isEnding } = this.#conversation;
    const reply = pipeline.oldest;
    if (reply?.kind !== "execute" && reply?.kind !== "query") {
      throw new GatewayError("server/malformed", "the server sent rows that nobody asked for");
    }
    if (isEnding) return DROPPED;
    if (reply.result !== undefined) return this.#results.row(reply, reply.result, frame);
    if (frame.part === "whole" || frame.part === "first") reply.rows++;
    return VERBATIM;
  }

  #copyBegins(): ServerStep {
    const reply = this.#conversation.pipeline.oldest;
    if (reply?.kind !== "execute" && reply?.kind !== "query") {
      throw new GatewayError("server/malformed", "the server asked for COPY data that nobody announced");
    }
    reply.copyBegun = true;
    this.#conversation.mode = "copying";
    return VERBATIM;
  }

  #completed(commandTag: string): ServerStep {
    const { pipeline, names } = this.#conversation;
    const ending = { result: "completed", code: commandTag } as const;
    if (pipeline.oldest?.kind !== "query") {
      const execute = pipeline.take("execute", "CommandComplete");
      if (execute.running !== undefined) names.settle(execute.running.effect, true);
      this.#texts.ran(execute.running);
      return withOutcomes(VERBATIM, ended(execute, ending));
    }
    const query = pipeline.oldest;
    const running = query.running[query.done];
    if (running === undefined) {
      throw new GatewayError("server/malformed", "the server carried out more statements than the gateway read");
    }
    names.settle(running.effect, true);
    this.#texts.ran(running);
    const outcome = outcomeOf(query, running.permit, ending);
    query.done++;
    query.rows = 0;
    query.copyBegun = false;
    query.failure = undefined;
    query.result = this.#conversation.resultOf(query.running[query.done]);
    return withOutcomes(VERBATIM, [outcome]);
  }

  #failed(frame: Frame): ServerStep {
    const { pipeline } = this.#conversation;
    const fields = decodeErrorResponse(bodyOf(frame, "server/malformed"));
    const shown = this.#texts.ofTexts(frame);
    if (fields.severity !== "ERROR") {
      this.#conversation.serverSaidGoodbye = true;
      return shown;
    }
    // What the gateway asked for the sake of an Execute fails as the Execute would have.
    if (pipeline.oldest?.kind === "describe" && pipeline.oldest.ownFor !== undefined)
      pipeline.take("describe", "an error");
    const oldest = pipeline.oldest;
    // An error in answer to nothing, or to a Sync whose commit failed.
    if (oldest === undefined || oldest.kind === "sync") return shown;
    this.#conversation.mode = this.#conversation.mode === "copying" ? "ready" : this.#conversation.mode;
    const failure = { result: "failed", code: fields.code } as const;
    if (oldest.kind === "query") {
      const outcomes = ended(oldest, failure);
      this.#unsettle(oldest);
      oldest.failed = true;
      return withOutcomes(instead(oldest.refusal, shown), outcomes);
    }
    const skipped = pipeline.takeSkipped();
    if (pipeline.oldest === undefined) this.#conversation.mode = "skipping";
    const outcomes = skipped.flatMap((reply, index) =>
      ended(reply, index === 0 ? failure : { result: "skipped", code: "" }),
    );
    for (const reply of skipped) this.#unsettle(reply);
    return withOutcomes(instead(oldest.kind === "refused" ? oldest.refusal : undefined, shown), outcomes);
  }

  #ready(frame: Frame): ServerStep {
    const { pipeline, names } = this.#conversation;
    if (pipeline.oldest?.kind === "query") {
      const query = pipeline.take("query", "ReadyForQuery");
      if (!query.failed) this.#unsettle(query);
    } else {
      pipeline.take("sync", "ReadyForQuery");
    }
    this.#conversation.isEnding = false;
    if (frame.chunk[frame.start + HEADER_BYTES] !== IDLE) return VERBATIM;
    names.transactionEnded();
    if (pipeline.oldest === undefined) this.#conversation.inTransaction = false;
    if (!pipeline.owesReady) this.#conversation.objects.settled();
    this.#conversation.hasTouchedMasked = false;
    return VERBATIM;
  }

  /** None of what the message would have changed has happened. */
  #unsettle(reply: ExpectedReply): void {
    const { names } = this.#conversation;
    switch (reply.kind) {
      case "parse":
        names.statements.settle(reply.name, false);
        break;
      case "bind":
        names.portals.settle(reply.portal, false);
        break;
      case "execute":
        if (reply.running !== undefined) names.settle(reply.running.effect, false);
        break;
      case "query":
        for (const { effect } of reply.running.slice(reply.done)) names.settle(effect, false);
        break;
      case "describe":
      case "close":
      case "sync":
      case "refused":
        break;
    }
  }

  #parameterStatus(frame: Frame): ServerStep {
    const { name, value } = decodeParameterStatus(bodyOf(frame, "server/malformed"));
    this.#conversation.textSettings.reported(name, value);
    return this.#texts.showsSetting(name, value) ? VERBATIM : DROPPED;
  }
}

/** The server's error, or ours where it stands for a refusal. */
function instead(refusal: Buffer | undefined, shown: ServerStep): ServerStep {
  return refusal === undefined ? shown : { kind: "rewritten", piece: pieceOf(refusal) };
}
