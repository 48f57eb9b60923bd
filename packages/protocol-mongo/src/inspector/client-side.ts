import type { ClientStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import { checkDocument } from "../bson/check-document.ts";
import { firstElement } from "../bson/elements.ts";
import { stringOf, valueIn } from "../bson/read-value.ts";
import { helloReply } from "../hello/hello-reply.ts";
import { isHello, readHello } from "../hello/hello-request.ts";
import { encodeReply, type Answerable } from "../messages/encode-reply.ts";
import { opCode } from "../messages/op-code.ts";
import { decodeOpMsg, documentsOf, msgFlag, type OpMsg } from "../messages/op-msg.ts";
import { decodeOpQuery } from "../messages/op-query.ts";
import type { NativeCode } from "../native-errors.ts";
import { describeCommand } from "../statements/describe-command.ts";
import { readCommand } from "../statements/read-command.ts";
import type { Conversation } from "./conversation.ts";
import { MessagePatch } from "./message-patch.ts";
import { openRequest } from "./own-numbers.ts";

const DROP: ClientStep = { kind: "drop" };
const ON_FAULT = "protocol/malformed";
const COMMAND_NOT_FOUND: NativeCode = 59;
/** What a server's name of a database cannot hold, and what none is without. */
const NO_DATABASE = /^$|[/\\. "$*<>:|?\0]/;
const MAX_DATABASE_BYTES = 64;

/** A request on its way to its decision. */
interface Judged {
  readonly requestId: number;
  readonly name: string;
  readonly expectsReply: boolean;
  readonly patch: MessagePatch;
}

/** How a request that does not pass is answered; undefined where its sender wants no answer. */
export interface RefusedRequest {
  readonly request: Answerable | undefined;
  readonly code: NativeCode | undefined;
}

/** Reads what the client sends: one request at a time. A command is judged; then it is `admitted` or `refused`. */
export class ClientSide {
  readonly #conversation: Conversation;
  #judged: Judged | undefined;
  #refused: RefusedRequest = { request: undefined, code: undefined };

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
  }

  step(frame: Frame): ClientStep {
    const { open, progress } = this.#conversation;
    if (open !== undefined) return { kind: "wait", until: progress.next() };
    const { chunk, start, end } = frame;
    if (frame.tag === opCode.QUERY) {
      const { requestId, body } = decodeOpQuery(chunk, start, end);
      const name = firstElement(body)?.name ?? "";
      this.#refused = { request: { requestId, form: "OP_QUERY" }, code: undefined };
      if (!isHello(name)) throw new GatewayError("protocol/unsupported", `OP_QUERY with the command ${name}`);
      return this.#answerable(() => this.#hello(name, body, { requestId, form: "OP_QUERY" }));
    }
    const message = decodeOpMsg(chunk, start, end, ON_FAULT);
    const isAnswered = (message.flags & msgFlag.moreToCome) === 0;
    const request: Answerable = { requestId: message.requestId, form: "OP_MSG" };
    this.#refused = { request: isAnswered ? request : undefined, code: undefined };
    return this.#answerable(() => this.#command(frame, message, request));
  }

  admitted(frame: Frame, [permit, ...more]: readonly Permit[]): Buffer | undefined {
    const judged = this.#judged;
    this.#judged = undefined;
    if (judged === undefined || permit === undefined || more.length > 0) {
      throw new GatewayError("internal/unexpected", "a request was admitted that was not judged");
    }
    permit.spend();
    const { requestId, name, expectsReply, patch } = judged;
    const request = { requestId, name, permit: permit.id };
    if (expectsReply) this.#conversation.expect(request);
    else this.#conversation.expectNothing(request);
    return patch.applyTo(frame);
  }

  /** The request does not pass. */
  refused({ code }: GatewayError): RefusedRequest {
    this.#judged = undefined;
    const { request, code: own } = this.#refused;
    return { request, code: code === "policy/unreadable" ? own : undefined };
  }

  #command(frame: Frame, message: OpMsg, request: Answerable): ClientStep {
    const { body, sequences, flags } = message;
    checkDocument(body.bytes, body.start, message.sectionsEnd);
    for (const sequence of sequences) {
      for (const document of documentsOf(sequence, ON_FAULT))
        checkDocument(document.bytes, document.start, document.end);
    }
    const name = firstElement(body)?.name ?? "";
    if (isHello(name)) return this.#hello(name, body, request);
    const database = valueIn(body, "$db", stringOf);
    if (database === undefined || NO_DATABASE.test(database) || Buffer.byteLength(database) >= MAX_DATABASE_BYTES) {
      throw unreadable("The command does not say in $db which database it is for.");
    }
    const read = readCommand(body, database, sequences);
    if (read.kind === "refused") {
      if (read.why === "not-found") this.#refused = { ...this.#refused, code: COMMAND_NOT_FOUND };
      throw unreadable(read.because);
    }
    const patch = new MessagePatch();
    const wrong = openRequest(read.command.rule.name, body, this.#conversation.seal, patch);
    if (wrong !== undefined) throw unreadable(wrong);
    // one answer to one request: a server that may send more would send them unasked
    if ((flags & msgFlag.exhaustAllowed) !== 0) patch.clearFlags(frame, msgFlag.exhaustAllowed);
    this.#judged = {
      requestId: message.requestId,
      name: read.command.rule.name,
      expectsReply: (flags & msgFlag.moreToCome) === 0,
      patch,
    };
    const { parsed, parameters } = describeCommand(read.command, read.verbs);
    return { kind: "judge", statements: [{ parsed, stage: "run", parameters }] };
  }

  #hello(name: string, body: OpMsg["body"], request: Answerable): ClientStep {
    if (this.#refused.request === undefined) return DROP;
    const reply = helloReply(readHello(name, body), [this.#conversation.facts], { now: new Date() });
    return { kind: "reply", bytes: encodeReply(request, reply) };
  }

  /** What is wrong with a message that could be cut out of the flow is told to its sender, and the session goes on. */
  #answerable(read: () => ClientStep): ClientStep {
    try {
      return read();
    } catch (reason) {
      const error = GatewayError.from(reason);
      if (error.code !== "policy/unreadable" && error.code !== "protocol/unsupported") throw error;
      return { kind: "refuse", error };
    }
  }
}

function unreadable(detail: string): GatewayError {
  return new GatewayError("policy/unreadable", detail, { detail });
}
