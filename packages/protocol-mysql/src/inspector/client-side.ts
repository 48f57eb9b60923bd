import type { ClientStep } from "@sallyport/shared/adapter";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import { changeUserTalk } from "../client-login/change-user-talk.ts";
import { CONTINUATION, EMPTY } from "../frame-limits.ts";
import { decodeChangeUser } from "../messages/change-user.ts";
import { firstSequence, payloadOf, sequenceBehind, sequenceBehindFrame } from "../packet-frame.ts";
import type { StatementReader } from "../statements/statement-reader.ts";
import { command } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import { newReply, ownReply, type Grammar } from "./exchange.ts";
import type { CommandStep, Judgement, PlainStep } from "./judgement.ts";
import { PreparedSide } from "./prepared-side.ts";
import { notRelayed } from "./refusals.ts";
import { resetOf } from "./reset-of.ts";
import { restoring } from "./restoring.ts";
import { TextSide } from "./text-side.ts";
import { judgeFieldList, judgeInitDb } from "./worded-commands.ts";

const FORWARD: PlainStep = { kind: "forward" };
const END: ClientStep = { kind: "end" };
const MULTI_ON = 0;

/** Reads what the client sends: one command at a time. A statement's frame is judged; then it is `admitted` or `refused`. */
export class ClientSide {
  readonly #conversation: Conversation;
  readonly #texts: TextSide;
  readonly #prepared: PreparedSide;
  #judged: Judgement | undefined;
  #begun: ClientStep = FORWARD;
  /** Of a message that is relayed in pieces: where it began, and how long it is so far. */
  #first = 0;
  #bytes = 0;

  constructor(conversation: Conversation, reader: StatementReader) {
    this.#conversation = conversation;
    this.#texts = new TextSide(conversation, reader);
    this.#prepared = new PreparedSide(conversation, reader);
  }

  step(frame: Frame): ClientStep {
    if (frame.part === "whole" || frame.part === "first") {
      const step = this.#message(frame);
      if (step.kind === "wait") return step;
      this.#begun = step;
      this.#first = firstSequence(frame);
      this.#bytes = 0;
    } else if (frame.tag === command.STMT_SEND_LONG_DATA) {
      this.#prepared.moreLongData(frame, this.#bytes);
    }
    // The rest of a message goes where its beginning went.
    this.#bytes += frame.end - frame.start;
    const isOver = frame.part === "whole" || frame.part === "last";
    // a goodbye may come in the middle of an answer, whose packets are counted on
    if (isOver && this.#begun !== END) this.#conversation.nextSequence = sequenceBehind(this.#first, this.#bytes);
    if (isOver && frame.tag === EMPTY) this.#fileIsSent();
    return this.#begun;
  }

  admitted(permits: readonly Permit[]): Buffer | undefined {
    const judged = this.#judged;
    this.#judged = undefined;
    if (judged?.statements.length !== permits.length) {
      throw new GatewayError("internal/unexpected", "a frame was admitted that was not judged");
    }
    for (const permit of permits) permit.spend();
    return judged.onAdmitted(permits);
  }

  /** Returns what the server has to be told, so that it stands where the client takes it to stand. */
  refused(frame: Frame): Buffer | undefined {
    this.#judged = undefined;
    if (frame.tag === command.STMT_PREPARE) this.#conversation.notPrepared();
    const reset = frame.tag === command.STMT_EXECUTE ? resetOf(frame, this.#conversation.prepared) : undefined;
    if (reset !== undefined) this.#conversation.expectOwn(ownReply());
    return reset;
  }

  #message(frame: Frame): ClientStep {
    const { exchange, progress } = this.#conversation;
    if (exchange.at === "sending-file") return this.#filePiece(frame);
    if (frame.tag === CONTINUATION || (frame.tag === EMPTY && firstSequence(frame) !== 0)) {
      throw new GatewayError("protocol/out-of-order", `a command with the sequence id ${firstSequence(frame)}`);
    }
    if (frame.tag === EMPTY) throw new GatewayError("protocol/malformed", "a packet without a command");
    if (frame.tag === command.QUIT) return END;
    if (exchange.at === "answering") return { kind: "wait", until: progress.next() };
    if (frame.part !== "whole") return this.#prepared.longData(frame);
    const body = payloadOf(frame, "protocol/malformed");
    body.skip(1);
    const step = this.#command(frame, body);
    if (step.kind === "judge") this.#judged = step;
    return step;
  }

  #command(frame: Frame, body: ByteReader): CommandStep {
    switch (frame.tag) {
      case command.QUERY:
        return this.#texts.query(frame, body);
      case command.STMT_PREPARE:
        return this.#texts.prepare(body);
      case command.STMT_EXECUTE:
        return this.#prepared.execute(frame, body);
      case command.STMT_FETCH:
        return this.#upkeep(this.#prepared.fetch(frame, body), "rows");
      case command.STMT_RESET:
        return this.#upkeep(this.#prepared.reset(frame, body), "ok");
      case command.STMT_SEND_LONG_DATA:
        return this.#prepared.longData(frame);
      case command.STMT_CLOSE:
        return this.#prepared.close(body);
      case command.INIT_DB:
        return judgeInitDb(this.#conversation, body);
      case command.FIELD_LIST:
        return judgeFieldList(this.#conversation, body);
      case command.PING:
        return this.#upkeep(FORWARD, "ok");
      case command.STATISTICS:
        return this.#upkeep(FORWARD, "text");
      case command.SET_OPTION:
        return this.#setOption(body);
      case command.RESET_CONNECTION:
        return this.#resetConnection();
      case command.CHANGE_USER:
        return this.#changeUser(frame, body);
      default:
        return notRelayed(frame.tag);
    }
  }

  #setOption(body: ByteReader): PlainStep {
    const multi = body.uint16LE() === MULTI_ON;
    return this.#upkeep(FORWARD, "ok", () => {
      this.#conversation.multi = multi;
    });
  }

  #resetConnection(): PlainStep {
    const { layout, modes, prepared, trackedVariables } = this.#conversation;
    const behind = ownReply(() => modes.reset());
    this.#conversation.expect({ ...newReply("ok", [], () => prepared.clear()), behind });
    return { kind: "forward", behind: restoring(modes.atReset, trackedVariables, layout.queryAttributes) };
  }

  #changeUser(frame: Frame, body: ByteReader): PlainStep {
    const { layout, session } = this.#conversation;
    const changeUser = decodeChangeUser(body, layout.client);
    const sequence = sequenceBehindFrame(frame);
    return {
      kind: "log-in-again",
      talk: (door) => changeUserTalk(door, { hello: session.hello, changeUser, sequence }),
    };
  }

  #filePiece(frame: Frame): ClientStep {
    const { nextSequence } = this.#conversation;
    if (firstSequence(frame) !== nextSequence || (frame.tag !== CONTINUATION && frame.tag !== EMPTY)) {
      throw new GatewayError("protocol/out-of-order", "a command in the middle of a file");
    }
    return FORWARD;
  }

  /** An empty packet ends the file; the server then says how it went. */
  #fileIsSent(): void {
    const { exchange } = this.#conversation;
    if (exchange.at === "sending-file") this.#conversation.expect(exchange.reply);
  }

  /** Forwards a command that needs no decision, and expects its answer. */
  #upkeep(step: PlainStep, grammar: Grammar, onOk?: () => void): PlainStep {
    if (step.kind === "forward") this.#conversation.expect(newReply(grammar, [], onOk));
    return step;
  }
}
