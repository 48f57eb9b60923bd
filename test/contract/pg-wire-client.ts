import { createScramClient } from "@sallyport/shared/scram/scram-client";
import { Secret } from "@sallyport/shared/secret";
import { connectScripted, type ScriptedClient } from "../support/scripted-client.ts";
import { LoginRefused, type Answer, type ContractClient, type Login, type NativeError } from "./protocol-driver.ts";

/** A message of PostgreSQL's, read without any code of the product. */
interface Message {
  readonly tag: string;
  readonly body: Buffer;
}

export const sslRequest = Buffer.from("0000000804d2162f", "hex");

/** A message with a tag; the length counts itself. */
export function message(tag: string, ...body: readonly (string | Buffer)[]): Buffer {
  const bytes = Buffer.concat(body.map((part) => Buffer.from(part)));
  const header = Buffer.alloc(5);
  header.write(tag, "latin1");
  header.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([header, bytes]);
}

export function query(text: string): Buffer {
  return message("Q", `${text}\0`);
}

/** Protocol 3.0. */
export function startup(parameters: Readonly<Record<string, string>>): Buffer {
  const body = Buffer.from(
    `${Object.entries(parameters)
      .map(([name, value]) => `${name}\0${value}\0`)
      .join("")}\0`,
  );
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + body.length);
  header.writeUInt32BE(0x3_0000, 4);
  return Buffer.concat([header, body]);
}

export function cancelRequest(id: number, secret: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32BE(12 + secret.length);
  header.writeUInt32BE(80_877_102, 4);
  header.writeUInt32BE(id, 8);
  return Buffer.concat([header, secret]);
}

/** SQLSTATE of every ErrorResponse in whole messages. */
export function sqlStatesIn(bytes: Buffer): readonly NativeError[] {
  const states: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; at += 1 + bytes.readUInt32BE(at + 1)) {
    if (bytes[at] === 0x45) states.push(sqlState(bytes.subarray(at + 5, at + 1 + bytes.readUInt32BE(at + 1))));
  }
  return states;
}

/** Logs in as libpq does, with clear text or SCRAM as the gateway asks. */
export async function logInToPg(
  port: number,
  login: Login,
  settings: Readonly<Record<string, string>> = {},
): Promise<ContractClient> {
  const raw = await connectScripted(port);
  if (login.ca !== undefined) {
    await raw.send(sslRequest);
    await raw.receive(1);
    await raw.startTls({ ca: login.ca });
  }
  const database = login.database === undefined ? {} : { database: login.database };
  await raw.send(startup({ user: login.user, ...database, ...settings }));
  return new PgWireClient(raw, await authenticate(raw, login));
}

class PgWireClient implements ContractClient {
  readonly cancelKey: ContractClient["cancelKey"];
  readonly #raw: ScriptedClient;

  constructor(raw: ScriptedClient, cancelKey: ContractClient["cancelKey"]) {
    this.#raw = raw;
    this.cancelKey = cancelKey;
  }

  async ask(...statements: readonly string[]): Promise<readonly Answer[]> {
    await this.#raw.send(...statements.map(query));
    const answers: Answer[] = [];
    for (const _each of statements) answers.push(await this.#answer());
    return answers;
  }

  async #answer(): Promise<Answer> {
    let answer: Answer = { kind: "result", value: "" };
    for (;;) {
      const { tag, body } = await receiveMessage(this.#raw);
      if (tag === "D") answer = { kind: "result", value: body.toString("utf8", 6) };
      if (tag === "E") answer = { kind: "error", native: sqlState(body) };
      if (tag === "Z" || tag === "") return answer;
    }
  }

  async begin(statement: string): Promise<void> {
    await this.#raw.send(query(statement));
  }

  async send(bytes: Buffer): Promise<void> {
    await this.#raw.send(bytes);
  }

  async lastWords(): Promise<readonly NativeError[]> {
    return sqlStatesIn(await this.#raw.receiveAll());
  }

  async quit(): Promise<void> {
    await this.#raw.send(message("X"));
    this.#raw.end();
  }

  end(): void {
    this.#raw.end();
  }

  reset(): void {
    this.#raw.reset();
  }
}

async function authenticate(raw: ScriptedClient, { secret }: Login): Promise<ContractClient["cancelKey"]> {
  const scram = createScramClient({ user: "", password: new Secret(secret), binding: { kind: "impossible" } });
  let cancelKey: ContractClient["cancelKey"] = { id: 0, secret: Buffer.alloc(0) };
  for (;;) {
    const { tag, body } = await receiveMessage(raw);
    if (tag === "Z") return cancelKey;
    if (tag === "K") cancelKey = { id: body.readUInt32BE(0), secret: body.subarray(4) };
    if (tag === "E" || tag === "") {
      raw.end();
      throw new LoginRefused(tag === "E" ? sqlState(body) : undefined);
    }
    if (tag !== "R") continue;
    const asked = body.readUInt32BE(0);
    const data = body.toString("utf8", 4);
    if (asked === 3) await raw.send(message("p", `${secret}\0`));
    if (asked === 10) await raw.send(message("p", "SCRAM-SHA-256\0", lengthOf(scram.first()), scram.first()));
    if (asked === 11) await raw.send(message("p", await scram.final(data)));
    if (asked === 12) scram.verify(data);
  }
}

function lengthOf(text: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(Buffer.byteLength(text));
  return length;
}

/** An empty tag says that the gateway has ended. */
async function receiveMessage(raw: ScriptedClient): Promise<Message> {
  const header = await raw.receive(5);
  if (header.length < 5) return { tag: "", body: header };
  return { tag: header.toString("latin1", 0, 1), body: await raw.receive(header.readUInt32BE(1) - 4) };
}

function sqlState(fields: Buffer): string {
  return /(?:^|\0)C([^\0]*)\0/.exec(fields.toString("latin1"))?.[1] ?? "";
}
