import type { ClientStep } from "@sallyport/shared/adapter";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import type { Parameter, Statement } from "@sallyport/shared/statement";
import { CURSOR_FLAGS, decodeExecuteStart, decodeExecuteValues, FLAGS_AT } from "../messages/com-stmt-execute.ts";
import { encodePacket, PACKET_HEADER_BYTES } from "../messages/encode-packet.ts";
import { encodeErrPacket } from "../messages/err-packet.ts";
import type { StatementReader } from "../statements/statement-reader.ts";
import type { Conversation } from "./conversation.ts";
import { newReply } from "./exchange.ts";
import type { PreparedStatement } from "./prepared-statements.ts";
import { preparedInOtherModes, unsureModes } from "./refusals.ts";
import { sameModes } from "./same-modes.ts";

const FORWARD: ClientStep = { kind: "forward" };
const DROP: ClientStep = { kind: "drop" };
const UNKNOWN_STATEMENT = 1243;
/** What clients of MariaDB call the statement that they prepared last. */
const LAST_PREPARED = 0xffff_ffff;
const COMMAND_BYTES = 1;

/** An execution to decide, or what to do with the frame without. */
export type Execution =
  | { readonly kind: "step"; readonly step: ClientStep }
  | {
      readonly kind: "judge";
      readonly statement: Statement;
      readonly onAdmitted: (permits: readonly Permit[]) => Buffer | undefined;
    };

/** The commands around prepared statements. */
export class PreparedSide {
  readonly #conversation: Conversation;
  readonly #reader: StatementReader;

  constructor(conversation: Conversation, reader: StatementReader) {
    this.#conversation = conversation;
    this.#reader = reader;
  }

  execute(frame: Frame, body: ByteReader): Execution {
    const { layout, modes } = this.#conversation;
    const { statement: number, flags } = decodeExecuteStart(body);
    const prepared = this.#get(number);
    if (prepared === undefined) return { kind: "step", step: unknownStatement(number) };
    if (modes === undefined) return { kind: "step", step: unsureModes() };
    if (!this.#meansTheSame(prepared)) return { kind: "step", step: preparedInOtherModes() };
    const { types, values } = decodeExecuteValues(body, flags, {
      parameters: prepared.parameters,
      hasAttributes: layout.queryAttributes,
      lastTypes: prepared.types,
      sentBefore: prepared.longData,
    });
    const { statement } = prepared;
    return {
      kind: "judge",
      statement: { parsed: statement, stage: "run", parameters: values },
      onAdmitted: ([permit]) => {
        prepared.types = types;
        this.#conversation.expect(newReply("results", [{ statement, modes, permit: permit?.id ?? "" }]));
        // a cursor on anything but a plain query ends some servers
        return statement.isPlainQuery || (flags & CURSOR_FLAGS) === 0 ? undefined : withoutCursor(frame);
      },
    };
  }

  fetch(body: ByteReader): ClientStep {
    return this.#ofKnown(body);
  }

  reset(body: ByteReader): ClientStep {
    const number = body.uint32LE();
    const prepared = this.#get(number);
    prepared?.longData.clear();
    return prepared === undefined ? unknownStatement(number) : FORWARD;
  }

  /** Has no answer, whatever becomes of it. */
  close(body: ByteReader): ClientStep {
    const number = body.uint32LE();
    if (this.#get(number) === undefined) return DROP;
    this.#conversation.prepared.close(number === LAST_PREPARED ? (this.#conversation.prepared.last ?? number) : number);
    return FORWARD;
  }

  /** A piece of a value; has no answer either. */
  longData(frame: Frame): ClientStep {
    const at = frame.start + PACKET_HEADER_BYTES + COMMAND_BYTES;
    if (frame.end - at < 6) return DROP;
    const prepared = this.#get(frame.chunk.readUInt32LE(at));
    const parameter = frame.chunk.readUInt16LE(at + 4);
    if (prepared === undefined || parameter >= prepared.parameters) return DROP;
    prepared.longData.set(parameter, sentInPieces);
    return FORWARD;
  }

  #ofKnown(body: ByteReader): ClientStep {
    const number = body.uint32LE();
    return this.#get(number) === undefined ? unknownStatement(number) : FORWARD;
  }

  #get(number: number): PreparedStatement | undefined {
    const { prepared } = this.#conversation;
    return prepared.get(number === LAST_PREPARED ? (prepared.last ?? number) : number);
  }

  /** A server that finds a table changed reads the text again, in the modes of that moment. */
  #meansTheSame({ statement, text, modes: before }: PreparedStatement): boolean {
    const { modes } = this.#conversation;
    if (modes === undefined) return false;
    if (sameModes(before, modes)) return true;
    const [again] = this.#reader.read(text, modes, false).statements;
    return again !== undefined && again.text === statement.text && again.verbs.join() === statement.verbs.join();
  }
}

/** Its content went by as it came, in any number of pieces; the record says so. */
const sentInPieces: Parameter = { format: "text", value: Buffer.from("[sent in pieces]") };

function withoutCursor({ chunk, start, end }: Frame): Buffer {
  const bytes = Buffer.from(chunk.subarray(start, end));
  const at = PACKET_HEADER_BYTES + FLAGS_AT;
  bytes.writeUInt8(bytes.readUInt8(at) & ~CURSOR_FLAGS, at);
  return bytes;
}

/** In the server's own words: it never gave out this number, or it was closed. */
function unknownStatement(number: number): ClientStep {
  const message = `Unknown prepared statement handler (${number}) given to a command`;
  return {
    kind: "reply",
    bytes: encodePacket(1, encodeErrPacket({ code: UNKNOWN_STATEMENT, sqlState: "HY000", message })),
  };
}
