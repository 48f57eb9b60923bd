import { deserialize, EJSON, type Document } from "bson";
import { isDocument } from "../doubles/mongod/bson-document.ts";
import { mongoReplies } from "../support/mongo-messages.ts";
import { MongoLoginRefused, MongoRawClient } from "../support/mongo-raw-client.ts";
import { LoginRefused, type Answer, type ContractClient, type Login, type NativeError } from "./protocol-driver.ts";

/** Of a reply: the header, the flags, and the kind of the only section. */
const BODY_AT = 21;
const RESPONSE_TO_AT = 8;

/** Codes of every error reply in whole messages. */
export function mongoErrorsIn(bytes: Buffer): readonly NativeError[] {
  return mongoReplies(bytes)
    .filter((reply) => reply["ok"] === 0)
    .map((reply) => Number(reply["code"]));
}

/** Logs in as drivers do: with a ticket by SCRAM-SHA-256, with a token by PLAIN. */
export async function logInToMongo(port: number, login: Login): Promise<ContractClient> {
  const { user, secret, database } = login;
  const client = await MongoRawClient.open(port, login.ca);
  try {
    if (user.includes("~")) await client.proveByScram(user, secret, database ?? "admin");
    else await client.provePlain(user, secret, database ?? "$external");
  } catch (reason) {
    client.raw.end();
    throw reason instanceof MongoLoginRefused ? new LoginRefused(reason.code) : reason;
  }
  return new MongoContractClient(client);
}

class MongoContractClient implements ContractClient {
  /** MongoDB has none. */
  readonly cancelKey = { id: 0, secret: Buffer.alloc(0) };
  readonly #client: MongoRawClient;

  constructor(client: MongoRawClient) {
    this.#client = client;
  }

  async ask(...statements: readonly string[]): Promise<readonly Answer[]> {
    const commands = statements.map(commandOf);
    const requests = commands.map((command) => this.#client.message(command));
    await this.#client.raw.send(...requests);
    const answers: Answer[] = [];
    for (const [index, command] of commands.entries()) {
      const message = await this.#client.receive();
      const [due, answered] = [requests[index]?.readInt32LE(4), message?.readInt32LE(RESPONSE_TO_AT)];
      if (message === undefined || answered !== due) throw new Error(`${answered} was answered where ${due} was due`);
      answers.push(answerOf(command, deserialize(message.subarray(BODY_AT))));
    }
    return answers;
  }

  async begin(statement: string): Promise<void> {
    await this.#client.raw.send(this.#client.message(commandOf(statement)));
  }

  async send(bytes: Buffer): Promise<void> {
    await this.#client.raw.send(bytes);
  }

  async lastWords(): Promise<readonly NativeError[]> {
    return mongoErrorsIn(await this.#client.raw.receiveAll());
  }

  /** There is no goodbye but hanging up. */
  async quit(): Promise<void> {
    this.end();
  }

  end(): void {
    this.#client.raw.end();
  }

  reset(): void {
    this.#client.raw.reset();
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
