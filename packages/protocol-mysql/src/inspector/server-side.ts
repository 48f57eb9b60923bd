import { pieceOf } from "@sallyport/shared/bytes/piece";
import type { ServerStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Outcome } from "@sallyport/shared/statement";
import { MAX_PACKET_BYTES, encodePacket } from "../messages/encode-packet.ts";
import { decodeErrPacket, ERR } from "../messages/err-packet.ts";
import { readLengthEncodedLength } from "../messages/length-encoded.ts";
import { decodeOkPacket, encodeOkPacket, OK, OK_BEHIND_ROWS, type OkPacket } from "../messages/ok-packet.ts";
import { decodePrepareOk } from "../messages/prepare-ok.ts";
import { decodeStateChanges } from "../messages/state-changes.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { firstPacketLength, firstSequence, payloadOf, sequenceBehind } from "../packet-frame.ts";
import { decodeText } from "../statements/character-sets.ts";
import type { MysqlStatement } from "../statements/mysql-statement.ts";
import type { Conversation } from "./conversation.ts";
import type { Reply } from "./exchange.ts";
import { followState } from "./follow-state.ts";
import { completed, failed } from "./outcomes.ts";

const VERBATIM: ServerStep = { kind: "verbatim" };
const LOCAL_INFILE = 0xfb;
/** An EOF is shorter; longer ones with the same first byte are rows that begin with a long value. */
const EOF_BYTES = 9;
const GIVEN_BACK = statusFlag.PS_OUT_PARAMS | statusFlag.MORE_RESULTS;
const MAX_DESCRIPTIONS = 65_535;

/** Follows what the server answers, packet by packet. Rows pass unread. */
export class ServerSide {
  readonly #conversation: Conversation;
  #first = 0;
  #bytes = 0;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  step(frame: Frame): ServerStep {
    if (frame.part === "whole" || frame.part === "first") {
      this.#checkSequence(frame);
      this.#first = firstSequence(frame);
      this.#bytes = 0;
      // before the step, in which the exchange may end or our own answer be made
      this.#count(frame);
      return this.#packet(frame);
    }
    this.#count(frame);
    return VERBATIM;
  }

  #count(frame: Frame): void {
    this.#bytes += frame.end - frame.start;
    if (frame.part === "whole" || frame.part === "last") {
      this.#conversation.nextSequence = sequenceBehind(this.#first, this.#bytes);
    }
  }

  #checkSequence(frame: Frame): void {
    const { exchange, nextSequence } = this.#conversation;
    const due = exchange.at === "idle" ? 0 : nextSequence;
    const sequence = firstSequence(frame);
    if (sequence !== due) throw malformed(`a packet has the sequence id ${sequence} where ${due} comes next`);
  }

  #packet(frame: Frame): ServerStep {
    const { exchange } = this.#conversation;
    if (exchange.at === "idle") return this.#unasked(frame);
    if (exchange.at === "sending-file" && frame.tag !== ERR) throw malformed("an answer in the middle of a file");
    const { reply } = exchange;
    if (reply.isOwn) return this.#ownAnswered(frame, reply);
    if (frame.tag === ERR && reply.stage !== "descriptions") return this.#failed(frame, reply);
    if (reply.stage !== "rows" && frame.part !== "whole") throw malformed("a packet that is no row is too long");
    switch (reply.stage) {
      case "head":
        return this.#head(frame, reply);
      case "descriptions":
        return this.#description(reply);
      case "columns-end":
        return this.#columnsEnd(frame, reply);
      case "rows":
        return this.#row(frame, reply);
    }
  }

  /** Servers say why they hang up. */
  #unasked(frame: Frame): ServerStep {
    if (frame.tag !== ERR) throw malformed("the server answers what nobody asked");
    this.#conversation.serverSaidGoodbye = true;
    return VERBATIM;
  }

  /** The client did not ask for it. */
  #ownAnswered(frame: Frame, reply: Reply): ServerStep {
    if (frame.part !== "whole" || frame.tag !== OK)
      throw malformed("the server does not do what the gateway asks of it");
    reply.onOk();
    this.#conversation.settle();
    return { kind: "dropped" };
  }

  #head(frame: Frame, reply: Reply): ServerStep {
    switch (reply.grammar) {
      case "text":
        return this.#finish(reply, []);
      case "prepare":
        return this.#prepared(frame, reply);
      case "columns":
      case "rows":
        return this.#row(frame, reply);
      case "ok":
        return this.#isEof(frame) ? this.#eof(frame, reply) : this.#ok(frame, reply);
      case "results":
        if (frame.tag === OK) return this.#ok(frame, reply);
        if (frame.tag === LOCAL_INFILE) return this.#fileAsked(frame, reply);
        return this.#columns(frame, reply);
    }
  }

  #columns(frame: Frame, reply: Reply): ServerStep {
    const body = payloadOf(frame, "server/malformed");
    reply.descriptions = readLengthEncodedLength(body);
    body.expectEnd();
    if (reply.descriptions === 0 || reply.descriptions > MAX_DESCRIPTIONS) {
      throw malformed(`a result of ${reply.descriptions} columns`);
    }
    reply.stage = "descriptions";
    return VERBATIM;
  }

  #description(reply: Reply): ServerStep {
    reply.descriptions--;
    if (reply.descriptions > 0) return VERBATIM;
    if (reply.grammar === "prepare") return this.#behindPrepared(reply);
    reply.stage = this.#conversation.layout.deprecateEof ? "rows" : "columns-end";
    return VERBATIM;
  }

  #columnsEnd(frame: Frame, reply: Reply): ServerStep {
    if (!this.#isEof(frame)) throw malformed("descriptions of columns do not end");
    if (reply.grammar === "prepare") return this.#nextOfPrepared(reply);
    const status = statusOfEof(frame);
    // the rows stay with the server, to be fetched
    if ((status & statusFlag.CURSOR_EXISTS) !== 0) return this.#eof(frame, reply);
    reply.moreBehindRows = (status & GIVEN_BACK) === GIVEN_BACK;
    reply.stage = "rows";
    return VERBATIM;
  }

  #row(frame: Frame, reply: Reply): ServerStep {
    if (frame.tag !== OK_BEHIND_ROWS) {
      reply.rows++;
      return VERBATIM;
    }
    // a row with this first byte begins with a value that does not fit into a packet
    if (this.#conversation.layout.deprecateEof && firstPacketLength(frame) < MAX_PACKET_BYTES) {
      if (frame.part !== "whole") throw malformed("the end of the rows is too long");
      return this.#ok(frame, reply);
    }
    if (this.#isEof(frame)) return this.#eof(frame, reply);
    reply.rows++;
    return VERBATIM;
  }

  #isEof(frame: Frame): boolean {
    return frame.tag === OK_BEHIND_ROWS && firstPacketLength(frame) < EOF_BYTES;
  }

  #eof(frame: Frame, reply: Reply): ServerStep {
    const more = reply.moreBehindRows ? statusFlag.MORE_RESULTS : 0;
    reply.moreBehindRows = false;
    return this.#resultEnds(reply, statusOfEof(frame) | more, false, VERBATIM);
  }

  #ok(frame: Frame, reply: Reply): ServerStep {
    const ok = decodeOkPacket(payloadOf(frame, "server/malformed"), { sessionTrack: true });
    if (ok.header === OK) reply.rows += Number(ok.affectedRows);
    const step: ServerStep = this.#conversation.layout.clientTracks
      ? VERBATIM
      : {
          kind: "rewritten",
          piece: pieceOf(encodePacket(firstSequence(frame), encodeOkPacket(ok, { sessionTrack: false }))),
        };
    return this.#resultEnds(reply, ok.status, ok.header === OK, step, ok);
  }

  /** One result is over. Which statement it belongs to is certain but within a call, whose last one is an OK of its own. */
  #resultEnds(reply: Reply, status: number, isOk: boolean, step: ServerStep, ok?: OkPacket): ServerStep {
    const isLast = (status & statusFlag.MORE_RESULTS) === 0;
    const current = reply.running[reply.done];
    if (current === undefined && reply.running.length > 0) {
      throw malformed("the server carried out more statements than the gateway read");
    }
    const outcomes: Outcome[] = [];
    const isWhole = current !== undefined && (isLast || !goesOn(current.statement, isOk));
    if (isWhole) {
      outcomes.push(completed(reply));
      this.#conversation.carriedOut(current);
      reply.done++;
      reply.rows = 0;
    }
    if (isLast) reply.onOk();
    this.#conversation.inTransaction = (status & statusFlag.IN_TRANSACTION) !== 0;
    const { modes } = this.#conversation;
    if (ok?.stateChanges !== undefined) followState(modes, decodeStateChanges(ok.stateChanges));
    // within a call it is the procedure's
    if (isWhole || isLast) modes.status(status);
    if (!isLast) {
      reply.stage = "head";
      return withOutcomes(step, outcomes);
    }
    return withOutcomes(step, [...outcomes, ...this.#over(reply)]);
  }

  #fileAsked(frame: Frame, reply: Reply): ServerStep {
    const { statement, modes } = reply.running[reply.done] ?? {};
    const effect = statement?.effect;
    const body = payloadOf(frame, "server/malformed");
    body.skip(1);
    const file = decodeText(body.rest(), modes?.characterSet ?? "binary");
    if (effect?.kind !== "load-local" || effect.file !== file) {
      throw malformed("the server asks for a file of the client's that no statement named");
    }
    this.#conversation.exchange = { at: "sending-file", reply };
    return VERBATIM;
  }

  #prepared(frame: Frame, reply: Reply): ServerStep {
    const { statement, columns, parameters } = decodePrepareOk(payloadOf(frame, "server/malformed"));
    this.#conversation.numberGiven(statement, parameters);
    reply.descriptions = parameters;
    reply.columns = columns;
    reply.stage = "descriptions";
    return parameters > 0 ? VERBATIM : this.#nextOfPrepared(reply);
  }

  /** Behind the parameters come the columns, each list with an EOF of its own where those are spoken. */
  #behindPrepared(reply: Reply): ServerStep {
    if (this.#conversation.layout.deprecateEof) return this.#nextOfPrepared(reply);
    reply.stage = "columns-end";
    return VERBATIM;
  }

  #nextOfPrepared(reply: Reply): ServerStep {
    const { columns } = reply;
    reply.columns = 0;
    if (columns === 0) return this.#finish(reply, [completed(reply)]);
    reply.descriptions = columns;
    reply.stage = "descriptions";
    return VERBATIM;
  }

  #failed(frame: Frame, reply: Reply): ServerStep {
    const { code } = decodeErrPacket(payloadOf(frame, "server/malformed"));
    const current = reply.running[reply.done];
    if (reply.grammar === "prepare") this.#conversation.notPrepared();
    else if (current !== undefined) this.#conversation.notCarriedOut(current);
    const outcomes = failed(reply, String(code));
    this.#conversation.settle();
    return withOutcomes(VERBATIM, outcomes);
  }

  #finish(reply: Reply, outcomes: readonly Outcome[]): ServerStep {
    reply.done = reply.running.length;
    reply.onOk();
    return withOutcomes(VERBATIM, [...outcomes, ...this.#over(reply)]);
  }

  /** The answer is complete. Statements that it says nothing of did not run. */
  #over(reply: Reply): readonly Outcome[] {
    this.#conversation.settle();
    return reply.running
      .slice(reply.done)
      .map(({ permit }) => ({ permit, result: "skipped", code: "", rows: 0 }) as const);
  }
}

/** Whether more may come for this statement: results of a procedure up to its OK, or of what the server has cut off a stored program. */
function goesOn({ verbs, runsToEnd }: MysqlStatement, isOk: boolean): boolean {
  return runsToEnd || (verbs.includes("call") && !isOk);
}

/** The status behind the warnings. */
function statusOfEof(frame: Frame): number {
  const body = payloadOf(frame, "server/malformed");
  body.skip(3);
  return body.uint16LE();
}

function withOutcomes(step: ServerStep, outcomes: readonly Outcome[]): ServerStep {
  return outcomes.length === 0 ? step : { ...step, outcomes };
}

function malformed(what: string): GatewayError {
  return new GatewayError("server/malformed", what);
}
