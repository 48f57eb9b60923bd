import { GatewayError } from "@sallyport/shared/errors";
import { closeGently } from "@sallyport/shared/stream/close-gently";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import { checkDocument } from "../bson/check-document.ts";
import type { BsonObject } from "../bson/encode-document.ts";
import { firstElement } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { stringOf, valueIn } from "../bson/read-value.ts";
import type { MessageReader } from "../message-reader.ts";
import { encodeReply, type Answerable } from "../messages/encode-reply.ts";
import { opCode } from "../messages/op-code.ts";
import { decodeOpMsg, msgFlag } from "../messages/op-msg.ts";
import { decodeOpQuery } from "../messages/op-query.ts";
import { errorReply, type ErrorReplyOptions } from "../native-errors.ts";

/** A command of a client that has not logged in. */
export interface LoginRequest extends Answerable {
  /** Its first field's name. */
  readonly command: string;
  readonly body: RawDocument;
  readonly database: string | undefined;
}

/**
 * The turns of a login: a request, then its one reply. It remembers which request is due an answer, so that an error can always
 * be one.
 */
export class LoginConversation {
  readonly stream: SocketStream;
  readonly #reader: MessageReader;
  #due: Answerable | undefined;
  #told: Promise<void> | undefined;

  constructor(stream: SocketStream, reader: MessageReader) {
    this.stream = stream;
    this.#reader = reader;
  }

  /** The client's next command; undefined when it has ended. */
  async next(): Promise<LoginRequest | undefined> {
    const message = await this.#reader.next();
    if (message === undefined) return undefined;
    const { header, bytes } = message;
    const isOld = header.opCode === opCode.QUERY;
    this.#due = { requestId: header.requestId, form: isOld ? "OP_QUERY" : "OP_MSG" };
    const body = isOld ? decodeOpQuery(bytes, 0, bytes.length).body : soleBody(bytes);
    checkDocument(body.bytes, body.start, body.end);
    const command = firstElement(body)?.name;
    if (command === undefined) throw new GatewayError("protocol/malformed", "a command without a name");
    return { ...this.#due, command, body, database: isOld ? "admin" : valueIn(body, "$db", stringOf) };
  }

  async reply(reply: BsonObject): Promise<void> {
    const due = this.#due;
    if (due === undefined) throw new GatewayError("internal/unexpected", "there is no request to be answered");
    this.#due = undefined;
    await this.stream.write(encodeReply(due, reply));
  }

  /** Answers with an error and leaves the connection as it is. */
  async refuse(error: GatewayError, options: ErrorReplyOptions): Promise<void> {
    const due = this.#due;
    this.#due = undefined;
    if (due !== undefined) await this.stream.write(errorReply(due, error, options));
  }

  /** Says why the login ends, where a request is due an answer, and closes the connection. Once; never rejects. */
  end(error: GatewayError): Promise<void> {
    const words = this.#due === undefined ? Buffer.alloc(0) : errorReply(this.#due, error);
    this.#told ??= closeGently(this.stream, words);
    return this.#told;
  }
}

function soleBody(bytes: Buffer): RawDocument {
  const { flags, body, sequences } = decodeOpMsg(bytes, 0, bytes.length, "protocol/malformed");
  if ((flags & msgFlag.moreToCome) !== 0) throw outOfOrder("a request that wants no reply");
  if (sequences.length > 0) throw outOfOrder("a request with document sequences");
  return body;
}

function outOfOrder(what: string): GatewayError {
  return new GatewayError("protocol/out-of-order", `${what} came before the login`);
}
