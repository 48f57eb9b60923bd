import { isDeepStrictEqual } from "node:util";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { Frame } from "@sallyport/shared/frame";
import { CURSOR_FLAGS, decodeExecuteStart, decodeExecuteValues, FLAGS_AT } from "../messages/com-stmt-execute.ts";
import { PACKET_HEADER_BYTES } from "../messages/encode-packet.ts";
import { payloadIn } from "../packet-frame.ts";
import type { StatementReader } from "../statements/statement-reader.ts";
import type { Conversation } from "./conversation.ts";
import { newReply } from "./exchange.ts";
import type { CommandStep, Judgement, PlainStep } from "./judgement.ts";
import type { LongValue } from "./long-value.ts";
import type { PreparedStatement } from "./prepared-statements.ts";
import { preparedInOtherModes, tooManyLongValues, unsureModes } from "./refusals.ts";
import { typesNeverSent, unknownStatement } from "./replies.ts";
import { sameModes } from "./same-modes.ts";
import { statementIn } from "./statement-in.ts";

const FORWARD: PlainStep = { kind: "forward" };
const DROP: PlainStep = { kind: "drop" };
/** Command, statement and parameter stand before a piece of a value. */
const LONG_DATA_HEAD_BYTES = 7;
const PARAMETER_AT = PACKET_HEADER_BYTES + 5;

/** The commands around prepared statements. */
export class PreparedSide {
  readonly #conversation: Conversation;
  readonly #reader: StatementReader;
  /** What the pieces of the message in hand belong to. */
  #longValue: LongValue | undefined;

  constructor(conversation: Conversation, reader: StatementReader) {
    this.#conversation = conversation;
    this.#reader = reader;
  }

  execute(frame: Frame, body: ByteReader): CommandStep {
    const { layout, modes, prepared: all } = this.#conversation;
    const { statement: number, flags } = decodeExecuteStart(body);
    const prepared = all.get(number);
    if (prepared === undefined) return unknownStatement(frame, number);
    if (modes.known === undefined) return unsureModes();
    if (!this.#meansTheSame(prepared)) return preparedInOtherModes();
    if (prepared.lacksLongValues) return tooManyLongValues();
    const bound = decodeExecuteValues(body, flags, {
      parameters: prepared.parameters,
      hasAttributes: layout.queryAttributes,
      lastTypes: prepared.types,
      sentBefore: new Map([...prepared.longValues].map(([at, value]) => [at, value.parameter])),
    });
    if (bound === undefined) return typesNeverSent(frame);
    const { statement } = prepared;
    return {
      kind: "judge",
      statements: [{ parsed: statement, stage: "run", parameters: bound.values }],
      onAdmitted: this.#run(frame, prepared, flags, bound.types),
    };
  }

  #run(frame: Frame, prepared: PreparedStatement, flags: number, types: readonly number[]): Judgement["onAdmitted"] {
    const { modes, prepared: all } = this.#conversation;
    const { statement } = prepared;
    return ([permit]) => {
      prepared.types = types;
      // whether it succeeds or not, servers let go of them
      all.clearLongValues(prepared);
      this.#conversation.expect(newReply("results", [{ statement, modes: modes.known, permit: permit?.id ?? "" }]));
      // a cursor on anything but a plain query ends some servers
      return statement.isPlainQuery || (flags & CURSOR_FLAGS) === 0 ? undefined : withoutCursor(frame);
    };
  }

  /** Goes on with what was decided. */
  fetch(frame: Frame, body: ByteReader): PlainStep {
    const number = body.uint32LE();
    return this.#conversation.prepared.get(number) === undefined ? unknownStatement(frame, number) : FORWARD;
  }

  /** The server lets go of what came in pieces. */
  reset(frame: Frame, body: ByteReader): PlainStep {
    const number = body.uint32LE();
    const { prepared: all } = this.#conversation;
    const prepared = all.get(number);
    if (prepared === undefined) return unknownStatement(frame, number);
    all.clearLongValues(prepared);
    return FORWARD;
  }

  /** Has no answer, whatever becomes of it. */
  close(body: ByteReader): PlainStep {
    const number = body.uint32LE();
    if (this.#conversation.prepared.get(number) === undefined) return DROP;
    this.#conversation.prepared.close(number);
    return FORWARD;
  }

  /** A piece of a value; has no answer either. The server keeps the error of a wrong number for the next execution. */
  longData(frame: Frame): PlainStep {
    this.#longValue = undefined;
    if (frame.end - frame.start < PACKET_HEADER_BYTES + LONG_DATA_HEAD_BYTES) return DROP;
    const { prepared } = this.#conversation;
    const one = prepared.get(statementIn(frame) ?? 0);
    if (one === undefined) return DROP;
    const parameter = frame.chunk.readUInt16LE(frame.start + PARAMETER_AT);
    if (parameter >= one.parameters) return FORWARD;
    this.#longValue = prepared.longValue(one, parameter);
    this.#note(frame, 0, LONG_DATA_HEAD_BYTES);
    return this.#longValue === undefined ? DROP : FORWARD;
  }

  /** More of a message that is relayed in pieces; so much of it came before. */
  moreLongData(frame: Frame, before: number): void {
    this.#note(frame, before, 0);
  }

  #note(frame: Frame, before: number, skipped: number): void {
    const value = this.#longValue;
    if (value === undefined) return;
    let left = skipped;
    for (const piece of payloadIn(frame, before)) {
      value.add(piece.subarray(left));
      left = 0;
    }
  }

  /** A server that finds a table changed reads the text again, in the modes of that moment. */
  #meansTheSame({ statement, text, modes: before }: PreparedStatement): boolean {
    const modes = this.#conversation.modes.known;
    if (modes === undefined) return false;
    if (sameModes(before, modes)) return true;
    const [again] = this.#reader.read(text, modes, false).statements;
    return isDeepStrictEqual(again, statement);
  }
}

function withoutCursor({ chunk, start, end }: Frame): Buffer {
  const bytes = Buffer.from(chunk.subarray(start, end));
  const at = PACKET_HEADER_BYTES + FLAGS_AT;
  bytes.writeUInt8(bytes.readUInt8(at) & ~CURSOR_FLAGS, at);
  return bytes;
}
