import { createScramClient } from "@sallyport/shared/scram/scram-client";
import { Secret } from "@sallyport/shared/secret";
import { Binary, type Document } from "bson";
import { mongoMsg, mongoReplies } from "./mongo-messages.ts";
import { connectScripted, type ScriptedClient } from "./scripted-client.ts";

const HEADER_BYTES = 16;

/** Where a raw client logs in. */
export interface MongoSide {
  readonly port: number;
  /** PEM of the authority that is trusted: asks for TLS. */
  readonly ca?: string;
  readonly user: string;
  readonly password: string;
  /** Where the account is. */
  readonly database: string;
}

/** The server refused a command of the login; it gave no code where it hung up. */
export class MongoLoginRefused extends Error {
  override readonly name = "MongoLoginRefused";
  readonly code: number | undefined;

  constructor(code: number | undefined) {
    super(`the login was refused with ${code ?? "nothing said"}`);
    this.code = code;
  }
}

/** A client that sends what a test wants, to the byte, and is shown what comes back; written without any code of the product's. */
export class MongoRawClient implements AsyncDisposable {
  readonly raw: ScriptedClient;
  #requests = 0;

  private constructor(raw: ScriptedClient) {
    this.raw = raw;
  }

  /** Not logged in. */
  static async open(port: number, ca?: string): Promise<MongoRawClient> {
    const raw = await connectScripted(port);
    if (ca !== undefined) await raw.startTls({ ca });
    return new MongoRawClient(raw);
  }

  /** Logs in by SCRAM-SHA-256. */
  static async connect({ port, ca, user, password, database }: MongoSide): Promise<MongoRawClient> {
    const client = await MongoRawClient.open(port, ca);
    try {
      await client.proveByScram(user, password, database);
    } catch (reason) {
      client.raw.end();
      throw reason;
    }
    return client;
  }

  /** A message with the next number. The command says itself which database it is for. */
  message(command: Document): Buffer {
    this.#requests += 1;
    return mongoMsg(command, { requestId: this.#requests });
  }

  /** The reply, whatever it is; undefined once the peer has ended. */
  async ask(command: Document): Promise<Document | undefined> {
    await this.raw.send(this.message(command));
    const message = await this.receive();
    return message === undefined ? undefined : mongoReplies(message)[0];
  }

  /** The next whole message; undefined once the peer has ended. */
  async receive(): Promise<Buffer | undefined> {
    const header = await this.raw.receive(HEADER_BYTES);
    if (header.length < HEADER_BYTES) return undefined;
    return Buffer.concat([header, await this.raw.receive(header.readInt32LE(0) - HEADER_BYTES)]);
  }

  /** Rejects with `MongoLoginRefused`. */
  async logIn(command: Document): Promise<Document> {
    const reply = await this.ask(command);
    if (reply?.["ok"] === 1) return reply;
    throw new MongoLoginRefused(reply === undefined ? undefined : Number(reply["code"]));
  }

  async proveByScram(user: string, password: string, $db: string): Promise<void> {
    const scram = createScramClient({ user, password: new Secret(password), binding: { kind: "impossible" } });
    const options = { skipEmptyExchange: true };
    const mechanism = "SCRAM-SHA-256";
    const challenge = await this.logIn({ saslStart: 1, mechanism, payload: payload(scram.first()), options, $db });
    const conversationId: unknown = challenge["conversationId"];
    const proof = payload(await scram.final(textIn(challenge)));
    const done = await this.logIn({ saslContinue: 1, conversationId, payload: proof, $db });
    scram.verify(textIn(done));
    // FerretDB wants the empty exchange all the same
    if (done["done"] !== true) await this.logIn({ saslContinue: 1, conversationId, payload: payload(""), $db });
  }

  async provePlain(user: string, password: string, $db: string): Promise<void> {
    await this.logIn({ saslStart: 1, mechanism: "PLAIN", payload: payload(`\0${user}\0${password}`), $db });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.raw.end();
    return Promise.resolve();
  }
}

function payload(text: string): Binary {
  return new Binary(Buffer.from(text));
}

function textIn(reply: Document): string {
  const bytes: unknown = reply["payload"];
  if (bytes instanceof Binary) return Buffer.from(bytes.value()).toString();
  throw new Error("the reply has no payload");
}
