import type { ServerStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Outcome } from "@sallyport/shared/statement";
import { bodyOf, HEADER_BYTES } from "../messages/body.ts";
import { decodeErrorResponse } from "../messages/error-response.ts";
import type { Conversation } from "./conversation.ts";
import { unrunPermits, type ExpectedReply } from "./expected-reply.ts";
import { serverTag } from "./tags.ts";

const VERBATIM: ServerStep = { kind: "verbatim" };

const IDLE = 0x49;

/** Follows what the server answers: settles names, counts rows, and reports how each statement ended. */
export class ServerSide {
  readonly #conversation: Conversation;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  step(frame: Frame): ServerStep {
    switch (frame.tag) {
      case serverTag.dataRow:
        if (frame.part === "whole" || frame.part === "first") this.#countRow();
        return VERBATIM;
      case serverTag.copyData:
        if (frame.part === "whole" || frame.part === "first") this.#countRow();
        return VERBATIM;
      case serverTag.parameterStatus:
        return this.#parameterStatus(frame);
      case serverTag.noticeResponse:
      case serverTag.notificationResponse:
      case serverTag.copyDone:
      case serverTag.copyOutResponse:
      case serverTag.parameterDescription:
        return VERBATIM;
      default: {
        const step = this.#answer(frame);
        this.#conversation.progress.made();
        return step;
      }
    }
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
        if (pipeline.oldest?.kind === "describe") pipeline.take("describe", "RowDescription");
        return VERBATIM;
      case serverTag.noData:
        pipeline.take("describe", "NoData");
        return VERBATIM;
      case serverTag.commandComplete:
        return this.#completed(bodyOf(frame, "server/malformed").string());
      case serverTag.emptyQueryResponse:
        if (pipeline.oldest?.kind === "execute") pipeline.take("execute", "EmptyQueryResponse");
        return VERBATIM;
      case serverTag.portalSuspended: {
        const execute = pipeline.take("execute", "PortalSuspended");
        if (execute.running !== undefined) names.settle(execute.running.effect, false);
        return withOutcomes(ended(execute, "suspended", ""));
      }
      case serverTag.copyInResponse:
        return this.#copyBegins();
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

  #countRow(): void {
    const reply = this.#conversation.pipeline.oldest;
    if (reply?.kind !== "execute" && reply?.kind !== "query") {
      throw new GatewayError("server/malformed", "the server sent rows that nobody asked for");
    }
    reply.rows++;
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
    if (pipeline.oldest?.kind !== "query") {
      const execute = pipeline.take("execute", "CommandComplete");
      if (execute.running !== undefined) names.settle(execute.running.effect, true);
      return withOutcomes(ended(execute, "completed", commandTag));
    }
    const query = pipeline.oldest;
    const running = query.running[query.done];
    if (running === undefined) {
      throw new GatewayError("server/malformed", "the server carried out more statements than the gateway read");
    }
    query.done++;
    names.settle(running.effect, true);
    const outcome: Outcome = { permit: running.permit, result: "completed", code: commandTag, rows: query.rows };
    query.rows = 0;
    query.copyBegun = false;
    return withOutcomes([outcome]);
  }

  #failed(frame: Frame): ServerStep {
    const { pipeline } = this.#conversation;
    const fields = decodeErrorResponse(bodyOf(frame, "server/malformed"));
    const oldest = pipeline.oldest;
    if (fields.severity !== "ERROR") {
      this.#conversation.serverSaidGoodbye = true;
      return VERBATIM;
    }
    // An error in answer to nothing, or to a Sync whose commit failed.
    if (oldest === undefined || oldest.kind === "sync") return VERBATIM;
    this.#conversation.mode = this.#conversation.mode === "copying" ? "ready" : this.#conversation.mode;
    if (oldest.kind === "query") {
      const outcomes = ended(oldest, "failed", fields.code);
      this.#unsettle(oldest);
      oldest.failed = true;
      return answered(oldest.refusal, outcomes);
    }
    const skipped = pipeline.takeSkipped();
    if (pipeline.oldest === undefined) this.#conversation.mode = "skipping";
    const outcomes = skipped.flatMap((reply, index) =>
      ended(reply, index === 0 ? "failed" : "skipped", index === 0 ? fields.code : ""),
    );
    for (const reply of skipped) this.#unsettle(reply);
    return answered(oldest.kind === "refused" ? oldest.refusal : undefined, outcomes);
  }

  #ready(frame: Frame): ServerStep {
    const { pipeline, names } = this.#conversation;
    if (pipeline.oldest?.kind === "query") {
      const query = pipeline.take("query", "ReadyForQuery");
      if (!query.failed) this.#unsettle(query);
    } else {
      pipeline.take("sync", "ReadyForQuery");
    }
    if (frame.chunk[frame.start + HEADER_BYTES] === IDLE) names.transactionEnded();
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
    const reader = bodyOf(frame, "server/malformed");
    this.#conversation.textSettings.reported(reader.string(), reader.string());
    return VERBATIM;
  }
}

function withOutcomes(outcomes: readonly Outcome[]): ServerStep {
  return outcomes.length === 0 ? VERBATIM : { kind: "verbatim", outcomes };
}

/** The server's error, or ours where it stands for a refusal. */
function answered(refusal: Buffer | undefined, outcomes: readonly Outcome[]): ServerStep {
  return refusal === undefined ? withOutcomes(outcomes) : { kind: "rewritten", bytes: refusal, outcomes };
}

/** The first of the statements that have not run ended like this; those behind it were skipped. */
function ended(reply: ExpectedReply, result: Outcome["result"], code: string): readonly Outcome[] {
  const rows = reply.kind === "execute" || reply.kind === "query" ? reply.rows : 0;
  return unrunPermits(reply).map((permit, index) =>
    index === 0 ? { permit, result, code, rows } : { permit, result: "skipped", code: "", rows: 0 },
  );
}
