import type { ClientStep } from "@sallyport/shared/adapter";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import type { Parameter, Statement } from "@sallyport/shared/statement";
import { changeUserTalk } from "../client-login/change-user-talk.ts";
import { CONTINUATION, EMPTY } from "../frame-limits.ts";
import { decodeChangeUser } from "../messages/change-user.ts";
import { decodeComQuery } from "../messages/com-query.ts";
import { encodePacket } from "../messages/encode-packet.ts";
import { encodeErrPacket } from "../messages/err-packet.ts";
import { encodeOkPacket, OK } from "../messages/ok-packet.ts";
import { statusFlag } from "../messages/status-flags.ts";
import { firstSequence, payloadOf, sequenceBehind } from "../packet-frame.ts";
import { decodeText } from "../statements/character-sets.ts";
import type { MysqlStatement } from "../statements/mysql-statement.ts";
import type { StatementReader } from "../statements/statement-reader.ts";
import type { TextModes } from "../statements/text-modes.ts";
import { command } from "./commands.ts";
import type { Conversation } from "./conversation.ts";
import { newReply, type Grammar } from "./exchange.ts";
import { MAX_PREPARED, MAX_PREPARED_BYTES } from "./prepared-statements.ts";
import { PreparedSide } from "./prepared-side.ts";
import {
  killAmongOthers,
  localFilesOff,
  notPreparedHere,
  notRelayed,
  notToBePrepared,
  preparedInOtherModes,
  tooManyPrepared,
  tooMuchPrepared,
  unsureModes,
} from "./refusals.ts";
import { resolveNames } from "./resolve-names.ts";

const FORWARD: ClientStep = { kind: "forward" };
const END: ClientStep = { kind: "end" };
const MULTI_ON = 0;
const UNKNOWN_THREAD = 1094;
const noParameters: readonly Parameter[] = [];

/** What a text may be made of to be read while nobody knows in which modes the server reads it: it means the same in all. */
const SAME_IN_ALL_MODES = /^[A-Za-z0-9_@=.,;\s]*$/;
const anyModes: TextModes = {
  ansiQuotes: false,
  noBackslashEscapes: false,
  ignoreSpace: false,
  characterSet: "utf8mb4",
};

/** A frame that waits for its decision. */
export interface Judged {
  readonly statements: number;
  /** Begins the exchange; may give bytes for the server in the frame's place. */
  readonly onAdmitted: (permits: readonly Permit[]) => Buffer | undefined;
}

/** Reads what the client sends: one command at a time. A statement's frame is judged; then it is `admitted` or `refused`. */
export class ClientSide {
  readonly #conversation: Conversation;
  readonly #reader: StatementReader;
  readonly #prepared: PreparedSide;
  #judged: Judged | undefined;
  #begun: ClientStep = FORWARD;
  /** Of a message that is relayed in pieces: where it began, and how long it is so far. */
  #first = 0;
  #bytes = 0;

  constructor(conversation: Conversation, reader: StatementReader) {
    this.#conversation = conversation;
    this.#reader = reader;
    this.#prepared = new PreparedSide(conversation, reader);
  }

  step(frame: Frame): ClientStep {
    if (frame.part === "whole" || frame.part === "first") {
      const step = this.#message(frame);
      if (step.kind === "wait") return step;
      this.#begun = step;
      this.#first = firstSequence(frame);
      this.#bytes = 0;
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
    if (judged?.statements !== permits.length) {
      throw new GatewayError("internal/unexpected", "a frame was admitted that was not judged");
    }
    for (const permit of permits) permit.spend();
    return judged.onAdmitted(permits);
  }

  refused(): void {
    this.#judged = undefined;
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
    const body = frame.part === "whole" ? payloadOf(frame, "protocol/malformed") : undefined;
    body?.skip(1);
    return body === undefined ? this.#prepared.longData(frame) : this.#command(frame, body);
  }

  #command(frame: Frame, body: ByteReader): ClientStep {
    switch (frame.tag) {
      case command.QUERY:
        return this.#query(body);
      case command.STMT_PREPARE:
        return this.#prepare(body);
      case command.STMT_EXECUTE:
        return this.#judgeIfAny(this.#prepared.execute(frame, body));
      case command.STMT_FETCH:
        return this.#upkeep(this.#prepared.fetch(body), "rows");
      case command.STMT_RESET:
        return this.#upkeep(this.#prepared.reset(body), "ok");
      case command.STMT_SEND_LONG_DATA:
        return this.#prepared.longData(frame);
      case command.STMT_CLOSE:
        return this.#prepared.close(body);
      case command.INIT_DB:
        return this.#initDb(body);
      case command.FIELD_LIST:
        return this.#fieldList(body);
      case command.PING:
        return this.#upkeep(FORWARD, "ok");
      case command.STATISTICS:
        return this.#upkeep(FORWARD, "text");
      case command.SET_OPTION:
        return this.#setOption(body);
      case command.RESET_CONNECTION:
        return this.#upkeep(FORWARD, "ok", () => this.#conversation.reset());
      case command.CHANGE_USER:
        return this.#changeUser(frame, body);
      default:
        return notRelayed(frame.tag);
    }
  }

  #query(body: ByteReader): ClientStep {
    const { layout, multi, prepared } = this.#conversation;
    const { attributes, text } = decodeComQuery(body, layout.queryAttributes);
    const modes = this.#modesFor(text);
    if (modes === undefined) return unsureModes();
    const { statements } = this.#reader.read(text, modes, multi);
    const [first] = statements;
    if (first?.effect.kind === "kill-query" && statements.length === 1) return this.#kill(first.effect.id);
    if (statements.some(({ effect }) => effect.kind === "kill-query")) return killAmongOthers();
    if (!layout.localFiles && statements.some(({ effect }) => effect.kind === "load-local")) return localFilesOff();
    if (statements.some(({ effect }) => effect.kind === "prepare")) {
      if (prepared.size >= MAX_PREPARED) return tooManyPrepared(MAX_PREPARED);
      if (prepared.bytes > MAX_PREPARED_BYTES) return tooMuchPrepared(MAX_PREPARED_BYTES);
    }
    const resolved = resolveNames(statements, prepared, modes);
    if (!isResolved(resolved)) {
      return resolved.kind === "other-modes" ? preparedInOtherModes() : notPreparedHere(resolved.name);
    }
    return this.#judge(resolved, "run", attributes, "results", modes);
  }

  #prepare(body: ByteReader): ClientStep {
    const { modes, prepared } = this.#conversation;
    if (modes === undefined) return unsureModes();
    if (prepared.size >= MAX_PREPARED) return tooManyPrepared(MAX_PREPARED);
    if (prepared.bytes > MAX_PREPARED_BYTES) return tooMuchPrepared(MAX_PREPARED_BYTES);
    const text = body.rest();
    const { statements } = this.#reader.read(text, modes, false);
    const [statement] = statements;
    if (statement === undefined || statements.length > 1 || !isPreparable(statement)) return notToBePrepared();
    const kept = Buffer.from(text);
    const step = this.#judge([statement], "define", noParameters, "prepare", modes);
    this.#conversation.preparing = { statement, text: kept, modes };
    return step;
  }

  #initDb(body: ByteReader): ClientStep {
    const name = this.#nameIn(body.rest());
    const statement = wordedAs(`USE \`${name.replaceAll("`", "``")}\``, "session", { database: undefined, name });
    return this.#judge([statement], "run", noParameters, "ok", this.#conversation.modes);
  }

  #fieldList(body: ByteReader): ClientStep {
    const name = this.#nameIn(body.untilNul());
    const text = `SHOW COLUMNS FROM \`${name.replaceAll("`", "``")}\``;
    const statement = wordedAs(text, "read", { database: undefined, name });
    return this.#judge([statement], "run", noParameters, "columns", this.#conversation.modes);
  }

  #setOption(body: ByteReader): ClientStep {
    const multi = body.uint16LE() === MULTI_ON;
    return this.#upkeep(FORWARD, "ok", () => {
      this.#conversation.multi = multi;
    });
  }

  #changeUser(frame: Frame, body: ByteReader): ClientStep {
    const { layout, session } = this.#conversation;
    const changeUser = decodeChangeUser(body, layout.client);
    const sequence = sequenceBehind(firstSequence(frame), frame.end - frame.start);
    return {
      kind: "log-in-again",
      talk: (door) => changeUserTalk(door, { hello: session.hello, changeUser, sequence }),
    };
  }

  /** The numbers are the gateway's own, so the server is never asked. */
  #kill(id: number): ClientStep {
    const ok = encodeOkPacket(
      {
        header: OK,
        affectedRows: 0n,
        lastInsertId: 0n,
        status: statusFlag.AUTOCOMMIT,
        warnings: 0,
        info: Buffer.alloc(0),
        stateChanges: undefined,
      },
      { sessionTrack: this.#conversation.layout.clientTracks },
    );
    const message = `Unknown thread id: ${id}`;
    const err = encodeErrPacket({ code: UNKNOWN_THREAD, sqlState: "HY000", message });
    return { kind: "cancel", id, told: encodePacket(1, ok), unknown: encodePacket(1, err) };
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
  #upkeep(step: ClientStep, grammar: Grammar, onOk?: () => void): ClientStep {
    if (step.kind === "forward") this.#conversation.expect(newReply(grammar, [], onOk));
    return step;
  }

  #judge(
    statements: readonly MysqlStatement[],
    stage: Statement["stage"],
    parameters: readonly Parameter[],
    grammar: Grammar,
    modes: TextModes | undefined,
    onOk?: () => void,
  ): ClientStep {
    this.#judged = {
      statements: statements.length,
      onAdmitted: (permits) => {
        const running = statements.map((statement, at) => ({ statement, modes, permit: permits[at]?.id ?? "" }));
        this.#conversation.expect(newReply(grammar, running, onOk));
        return undefined;
      },
    };
    return { kind: "judge", statements: statements.map((parsed) => ({ parsed, stage, parameters })) };
  }

  #judgeIfAny(execution: ReturnType<PreparedSide["execute"]>): ClientStep {
    if (execution.kind === "step") return execution.step;
    this.#judged = { statements: 1, onAdmitted: execution.onAdmitted };
    return { kind: "judge", statements: [execution.statement] };
  }

  #modesFor(text: Buffer): TextModes | undefined {
    const { modes } = this.#conversation;
    if (modes !== undefined) return modes;
    const isSame = SAME_IN_ALL_MODES.test(text.toString("latin1"));
    const [only, ...more] = isSame ? this.#reader.read(text, anyModes, false).statements : [];
    return only?.effect.kind === "modes" && more.length === 0 ? anyModes : undefined;
  }

  #nameIn(bytes: Buffer): string {
    return decodeText(bytes, this.#conversation.modes?.characterSet ?? "binary");
  }
}

function isResolved(found: ReturnType<typeof resolveNames>): found is readonly MysqlStatement[] {
  return Array.isArray(found);
}

/** What runs statements of its own by name, or ends others', is sent as a text, where it can be followed. */
function isPreparable({ effect }: MysqlStatement): boolean {
  return effect.kind === "none" || effect.kind === "modes";
}

/** A command of the protocol in the words of SQL. */
function wordedAs(
  text: string,
  verb: "session" | "read",
  object: NonNullable<MysqlStatement["objects"]>[number],
): MysqlStatement {
  return { text, verbs: [verb], objects: [object], effect: { kind: "none" }, isPlainQuery: false };
}
