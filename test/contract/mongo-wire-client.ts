import { createScramClient } from "@sallyport/shared/scram/scram-client";
import { Secret } from "@sallyport/shared/secret";
import { Binary, deserialize, EJSON, serialize, type Document } from "bson";
import { isDocument } from "../doubles/mongod/bson-document.ts";
import { connectScripted, type ScriptedClient } from "../support/scripted-client.ts";
import { LoginRefused, type Answer, type ContractClient, type Login, type NativeError } from "./protocol-driver.ts";

const OP_MSG = 2013;
const HEADER_BYTES = 16;
/** The header, the flags, and the kind of the only section. */
const BODY_AT = HEADER_BYTES + 5;

/** A command as OP_MSG, written without any code of the product. */
export function opMsg(requestId: number, command: Document): Buffer {
  const body = serialize(command);
  const start = Buffer.alloc(BODY_AT);
  start.writeInt32LE(BODY_AT + body.length, 0);
  start.writeInt32LE(requestId, 4);
  start.writeInt32LE(OP_MSG, 12);
  return Buffer.concat([start, body]);
}

/** Codes of every error reply in whole messages. */
export function errorCodesIn(bytes: Buffer): readonly NativeError[] {
  const codes: number[] = [];
  for (let at = 0; at + BODY_AT <= bytes.length; at += bytes.readInt32LE(at)) {
    const reply = deserialize(bytes.subarray(at + BODY_AT, at + bytes.readInt32LE(at)));
    if (reply["ok"] === 0) codes.push(Number(reply["code"]));
  }
  return codes;
}

/** Logs in as drivers do: with a ticket by SCRAM-SHA-256, with a token by PLAIN. */
export async function logInToMongo(port: number, login: Login): Promise<ContractClient> {
  const raw = await connectScripted(port);
  if (login.ca !== undefined) await raw.startTls({ ca: login.ca });
  const client = new MongoWireClient(raw);
  try {
    if (login.user.includes("~")) await proveByScram(client, login);
    else
      await client.log({
        saslStart: 1,
        mechanism: "PLAIN",
        payload: payload(`\0${login.user}\0${login.secret}`),
        $db: login.database ?? "$external",
      });
  } catch (reason) {
    raw.end();
    throw reason;
  }
  return client;
}

class MongoWireClient implements ContractClient {
  /** MongoDB has none. */
  readonly cancelKey = { id: 0, secret: Buffer.alloc(0) };
  readonly #raw: ScriptedClient;
  #requests = 0;

  constructor(raw: ScriptedClient) {
    this.#raw = raw;
  }

  /** Sends a command of the login; rejects with `LoginRefused` where the reply is an error. */
  async log(command: Document): Promise<Document> {
    await this.#raw.send(this.#message(command));
    const reply = await receiveReply(this.#raw);
    if (reply?.body["ok"] === 1) return reply.body;
    throw new LoginRefused(reply === undefined ? undefined : Number(reply.body["code"]));
  }

  async ask(...statements: readonly string[]): Promise<readonly Answer[]> {
    const due = this.#requests + 1;
    const commands = statements.map(commandOf);
    await this.#raw.send(...commands.map((command) => this.#message(command)));
    const answers: Answer[] = [];
    for (const [index, command] of commands.entries()) {
      const reply = await receiveReply(this.#raw);
      if (reply?.responseTo !== due + index)
        throw new Error(`${reply?.responseTo} was answered where ${due + index} was due`);
      answers.push(answerOf(command, reply.body));
    }
    return answers;
  }

  async begin(statement: string): Promise<void> {
    await this.#raw.send(this.#message(commandOf(statement)));
  }

  async send(bytes: Buffer): Promise<void> {
    await this.#raw.send(bytes);
  }

  async lastWords(): Promise<readonly NativeError[]> {
    return errorCodesIn(await this.#raw.receiveAll());
  }

  /** There is no goodbye but hanging up. */
  async quit(): Promise<void> {
    this.#raw.end();
  }

  end(): void {
    this.#raw.end();
  }

  reset(): void {
    this.#raw.reset();
  }

  #message(command: Document): Buffer {
    this.#requests += 1;
    return opMsg(this.#requests, command);
  }
}

/** Statements are written as commands in Extended JSON; the verb stays the first key. */
function commandOf(statement: string): Document {
  const command: unknown = EJSON.parse(statement);
  if (!isDocument(command)) throw new Error(`${statement} is no command`);
  return { ...command, $db: "shop" };
}

/** What a read answers is the label that it asked for: which request is answered is checked by number. */
function answerOf(command: Document, reply: Document): Answer {
  if (reply["ok"] === 1) return { kind: "result", value: String(command["comment"] ?? "") };
  return { kind: "error", native: Number(reply["code"]) };
}

async function proveByScram(client: MongoWireClient, { user, secret, database = "admin" }: Login): Promise<void> {
  const scram = createScramClient({ user, password: new Secret(secret), binding: { kind: "impossible" } });
  const $db = database;
  const challenge = await client.log({
    saslStart: 1,
    mechanism: "SCRAM-SHA-256",
    payload: payload(scram.first()),
    options: { skipEmptyExchange: true },
    $db,
  });
  const conversationId: unknown = challenge["conversationId"];
  const proof = await scram.final(textIn(challenge));
  const lastWord: Document = { saslContinue: 1, conversationId, payload: payload(proof), $db };
  const done = await client.log(lastWord);
  scram.verify(textIn(done));
}

function payload(text: string): Binary {
  return new Binary(Buffer.from(text));
}

function textIn(reply: Document): string {
  const bytes: unknown = reply["payload"];
  if (bytes instanceof Binary) return Buffer.from(bytes.value()).toString();
  throw new Error("the reply has no payload");
}

/** Undefined once the gateway has ended. */
async function receiveReply(raw: ScriptedClient): Promise<{ responseTo: number; body: Document } | undefined> {
  const header = await raw.receive(HEADER_BYTES);
  if (header.length < HEADER_BYTES) return undefined;
  const rest = await raw.receive(header.readInt32LE(0) - HEADER_BYTES);
  return { responseTo: header.readInt32LE(8), body: deserialize(rest.subarray(BODY_AT - HEADER_BYTES)) };
}
