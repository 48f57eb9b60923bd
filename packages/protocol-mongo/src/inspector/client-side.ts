import type { ClientStep } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Frame } from "@sallyport/shared/frame";
import type { Permit } from "@sallyport/shared/permit";
import { checkDocument } from "../bson/check-document.ts";
import { firstElement } from "../bson/elements.ts";
import type { RawDocument } from "../bson/raw-document.ts";
import { stringOf, valueIn } from "../bson/read-value.ts";
import { helloReply } from "../hello/hello-reply.ts";
import { isHello, readHello } from "../hello/hello-request.ts";
import { encodeReply, type Answerable } from "../messages/encode-reply.ts";
import { opCode } from "../messages/op-code.ts";
import { decodeOpMsg, documentsOf, msgFlag, type OpMsg } from "../messages/op-msg.ts";
import { decodeOpQuery } from "../messages/op-query.ts";
import type { NativeCode } from "../native-errors.ts";
import { describeCommand, describeUnread, type DescribedCommand } from "../statements/describe-command.ts";
import { readCommand } from "../statements/read-command.ts";
import type { Conversation } from "./conversation.ts";
import { MessagePatch } from "./message-patch.ts";
import { openRequest } from "./own-numbers.ts";

const DROP: ClientStep = { kind: "drop" };
const ON_FAULT = "protocol/malformed";
const COMMAND_NOT_FOUND: NativeCode = 59;
/** What a server's name of a database cannot hold, and what none is without. */
const NO_DATABASE = /^$|[/\\. "$\0]/;
const MAX_DATABASE_BYTES = 64;
/** Where accounts are that prove themselves elsewhere: the one name that may begin so. */
const EXTERNAL = "$external";
/** As servers have it: the largest document, and room for the command around it. */
const MAX_COMMAND_BYTES = 16 * 1024 * 1024 + 16 * 1024;
/** As servers say in `hello`: `maxWriteBatchSize`. */
const MAX_DOCUMENTS = 100_000;

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
    this.#judged = undefined;
    if (frame.tag === opCode.QUERY) {
      const { requestId, body } = decodeOpQuery(chunk, start, end);
      const name = firstElement(body)?.name ?? "";
      this.#refused = { request: { requestId, form: "OP_QUERY" }, code: undefined };
      if (!isHello(name)) throw new GatewayError("protocol/unsupported", `OP_QUERY with the command ${name}`);
      return this.#answerable(body, () => this.#hello(name, body, { requestId, form: "OP_QUERY" }));
    }
    const message = decodeOpMsg(chunk, start, end, ON_FAULT);
    const isAnswered = (message.flags & msgFlag.moreToCome) === 0;
    const request: Answerable = { requestId: message.requestId, form: "OP_MSG" };
    this.#refused = { request: isAnswered ? request : undefined, code: undefined };
    return this.#answerable(message.body, () => this.#command(frame, message, request));
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
    checkDocuments(message);
    const name = firstElement(body)?.name ?? "";
    if (isHello(name)) return this.#hello(name, body, request);
    const database = valueIn(body, "$db", stringOf);
    if (database === undefined || !isDatabaseName(database)) {
      throw unreadable("The command does not say in $db which database it is for.");
    }
    const read = readCommand(body, database, sequences);
    if (read.kind === "refused") {
      if (read.why === "not-found") this.#refused = { ...this.#refused, code: COMMAND_NOT_FOUND };
      if (read.parts === undefined) throw unreadable(read.because);
      return judge(describeCommand({ ...read.parts, objects: [] }, ["unknown"]), read.because);
    }
    const { command, verbs } = read;
    const patch = new MessagePatch();
    const wrong = openRequest(command.rule.name, body, this.#conversation.seal, patch);
    if (wrong !== undefined) return judge(describeCommand(command, ["unknown"]), wrong);
    // one answer to one request: a server that may send more would send them unasked
    if ((flags & msgFlag.exhaustAllowed) !== 0) patch.clearFlags(frame, msgFlag.exhaustAllowed);
    const isAnswered = (flags & msgFlag.moreToCome) === 0;
    this.#judged = { requestId: message.requestId, name: command.rule.name, expectsReply: isAnswered, patch };
    return judge(describeCommand(command, verbs));
  }

  #hello(name: string, body: OpMsg["body"], request: Answerable): ClientStep {
    if (this.#refused.request === undefined) return DROP;
    const reply = helloReply(readHello(name, body), [this.#conversation.facts], { now: new Date() });
    return { kind: "reply", bytes: encodeReply(request, reply) };
  }

  /**
   * What is wrong with a message that could be cut out of the flow is told to its sender, and the session goes on. A command that
   * cannot be read is one that nobody may run: it is judged as such, which keeps it in the record.
   */
  #answerable(body: RawDocument, read: () => ClientStep): ClientStep {
    try {
      return read();
    } catch (reason) {
      const error = GatewayError.from(reason);
      if (error.code === "protocol/unsupported") return { kind: "refuse", error };
      if (error.code !== "policy/unreadable") throw error;
      const parsed = { text: describeUnread(body), verbs: ["unknown"] as const };
      return judge({ parsed, parameters: [] }, error.detail);
    }
  }
}

function judge({ parsed, parameters }: DescribedCommand, unknownBecause?: string): ClientStep {
  const statement = unknownBecause === undefined ? parsed : { ...parsed, unknownBecause };
  return { kind: "judge", statements: [{ parsed: statement, stage: "run", parameters }] };
}

function checkDocuments({ body, sequences, sectionsEnd }: OpMsg): void {
  if (body.end - body.start > MAX_COMMAND_BYTES) throw unreadable("The command is longer than a document may be.");
  checkDocument(body.bytes, body.start, sectionsEnd);
  for (const sequence of sequences) {
    let count = 0;
    for (const { bytes, start, end } of documentsOf(sequence, ON_FAULT)) {
      if (++count > MAX_DOCUMENTS) throw unreadable(`The command has more than ${MAX_DOCUMENTS} documents.`);
      if (end - start > MAX_COMMAND_BYTES) throw unreadable("A document is longer than one may be.");
      checkDocument(bytes, start, end);
    }
  }
}

function isDatabaseName(name: string): boolean {
  return name === EXTERNAL || (!NO_DATABASE.test(name) && Buffer.byteLength(name) < MAX_DATABASE_BYTES);
}

function unreadable(detail: string): GatewayError {
  return new GatewayError("policy/unreadable", detail, { detail });
}
