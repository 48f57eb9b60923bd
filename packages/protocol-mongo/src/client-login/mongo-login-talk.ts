import type { ClientDoor, ClientHello, LoginPermit, LoginTalk, TicketVerifier } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { createScramServer } from "@sallyport/shared/scram/scram-server";
import type { Secret } from "@sallyport/shared/secret";
import { provesTicket } from "@sallyport/shared/ticket-verifier";
import { Double, type BsonObject } from "../bson/encode-document.ts";
import { valueIn, wholeNumberOf } from "../bson/read-value.ts";
import { helloReply } from "../hello/hello-reply.ts";
import type { HelloRequest } from "../hello/hello-request.ts";
import { clientHello, type Circumstances } from "./client-hello.ts";
import type { LoginConversation } from "./login-conversation.ts";
import { payloadOf, readSaslStart, textOf, type SaslStart } from "./sasl-start.ts";

/** There is one a connection. */
const CONVERSATION_ID = 1;
const NOTHING = Buffer.alloc(0);

/** What the greeting settled with a client. */
export interface Greeted {
  readonly door: Pick<ClientDoor, "likelyServers">;
  readonly conversation: LoginConversation;
  readonly start: SaslStart;
  /** The hello that the start came with and that is still due its answer, where it came so. */
  readonly speculated: HelloRequest | undefined;
  readonly circumstances: Circumstances;
}

/**
 * How MongoDB words a login: a SASL conversation in commands, whose last reply is the welcome. A question that fails has told
 * the client why and closed the connection when it rejects.
 */
export class MongoLoginTalk implements LoginTalk {
  readonly kind = "login";
  readonly hello: ClientHello;
  readonly #greeted: Greeted;
  #start: SaslStart;
  #speculated: HelloRequest | undefined;
  /** What the last reply brings. */
  #lastPayload: Buffer = NOTHING;
  #told: Promise<void> | undefined;

  constructor(greeted: Greeted) {
    this.#greeted = greeted;
    this.#start = greeted.start;
    this.#speculated = greeted.speculated;
    this.hello = clientHello(greeted.start, greeted.circumstances);
  }

  askToken(): Promise<Secret<string>> {
    return this.#ask(async () => {
      // drivers that were told of no mechanism try this one first, whatever the password is
      if (this.#start.mechanism === "SCRAM-SHA-256" && this.#speculated !== undefined) await this.#startAnew();
      if (this.#start.mechanism !== "SCRAM-SHA-256") return this.#start.secret;
      throw new GatewayError("login/failed", "a token's user came by SCRAM-SHA-256", {
        detail: "SCRAM-SHA-256 is for tickets, whose names have a ~ in them; a token cannot be proven by it.",
        hint: "Add authMechanism=PLAIN to the connection string, or get a ticket.",
      });
    });
  }

  askProof(verifier: TicketVerifier): Promise<boolean> {
    return this.#ask(async () => {
      const start = this.#start;
      return start.mechanism === "SCRAM-SHA-256"
        ? this.#proveByScram(start, verifier)
        : provesTicket(start.secret, verifier);
    });
  }

  async welcome(permit: LoginPermit): Promise<void> {
    permit.spend();
    await this.#reply({ done: true, payload: this.#lastPayload });
  }

  /** Once: a client that was already told why gets no second answer. */
  reject(error: GatewayError): Promise<void> {
    this.#told ??= this.#tell(error);
    return this.#told;
  }

  async #proveByScram(start: SaslStart & { mechanism: "SCRAM-SHA-256" }, verifier: TicketVerifier): Promise<boolean> {
    const scram = createScramServer({ verifier, bound: false });
    await this.#reply({ done: false, payload: Buffer.from(scram.first(start.clientFirst)) });
    const serverFinal = scram.final(textOf(await this.#nextPayload()));
    if (serverFinal === undefined) return false;
    if (start.skipEmptyExchange) {
      this.#lastPayload = Buffer.from(serverFinal);
      return true;
    }
    await this.#reply({ done: false, payload: Buffer.from(serverFinal) });
    if ((await this.#nextPayload()).length > 0) throw malformed("something follows the proof");
    return true;
  }

  /** Answers the hello without its login, and takes the login that the client then begins. */
  async #startAnew(): Promise<void> {
    const { conversation } = this.#greeted;
    await this.#answerHello();
    const request = await conversation.next();
    if (request === undefined) throw hungUp();
    if (request.command !== "saslStart") throw outOfOrder(request.command);
    const start = readSaslStart(request.body, request.database);
    const again = clientHello(start, this.#greeted.circumstances);
    if (again.user !== this.hello.user || again.database !== this.hello.database) {
      throw malformed("the login begins again under another name");
    }
    this.#start = start;
  }

  async #nextPayload(): Promise<Buffer> {
    const request = await this.#greeted.conversation.next();
    if (request === undefined) throw hungUp();
    if (request.command !== "saslContinue") throw outOfOrder(request.command);
    if (valueIn(request.body, "conversationId", wholeNumberOf) !== CONVERSATION_ID) {
      throw malformed("it goes on with a conversation that there is not");
    }
    return payloadOf(request.body);
  }

  async #reply(step: BsonObject): Promise<void> {
    const turn = { conversationId: CONVERSATION_ID, ...step };
    if (this.#speculated === undefined) await this.#greeted.conversation.reply({ ...turn, ok: new Double(1) });
    else await this.#answerHello(turn);
  }

  async #answerHello(speculative?: BsonObject): Promise<void> {
    const { conversation, door } = this.#greeted;
    const hello = this.#speculated;
    this.#speculated = undefined;
    if (hello === undefined) return;
    const answer = { now: new Date(), ...(speculative === undefined ? {} : { speculative }) };
    await conversation.reply(helloReply(hello, door.likelyServers(), answer));
  }

  /** Drivers take an error in answer to hello for a broken host; as the answer to a login they show it to their user. */
  async #tell(error: GatewayError): Promise<void> {
    const { conversation } = this.#greeted;
    if (this.#speculated !== undefined) {
      await this.#answerHello()
        .then(() => conversation.next())
        // it has gone, or speaks nonsense: the end is the same
        .catch(() => undefined);
    }
    await conversation.end(error);
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (reason) {
      const error = GatewayError.from(reason);
      await this.reject(error);
      throw error;
    }
  }
}

function hungUp(): GatewayError {
  return new GatewayError("client/gone", "the client hung up instead of answering");
}

function outOfOrder(command: string): GatewayError {
  return new GatewayError(
    "protocol/out-of-order",
    `${JSON.stringify(command.slice(0, 64))} came in the middle of a login`,
  );
}

function malformed(what: string): GatewayError {
  return new GatewayError("protocol/malformed", `malformed SASL conversation: ${what}`);
}
