import { createHash } from "node:crypto";
import { connectScripted, type ScriptedClient } from "../support/scripted-client.ts";
import { LoginRefused, type Answer, type ContractClient, type Login, type NativeError } from "./protocol-driver.ts";

/** A schema, transactions, several statements in one text, plugins, and proofs of any length. */
const CLIENT_FLAGS = 0x0001 | 0x0008 | 0x0200 | 0x2000 | 0x8000 | 0x1_0000 | 0x8_0000 | 0x20_0000;
const CLIENT_SSL = 0x0800;
const MAX_PACKET_BYTES = 0x100_0000;
const UTF8MB4 = 45;
const NONCE_BYTES = 20;

/** One packet of MySQL's, read without any code of the product. */
interface Packet {
  readonly sequence: number;
  readonly payload: Buffer;
}

export function packet(sequence: number, ...payload: readonly (string | Buffer)[]): Buffer {
  const bytes = Buffer.concat(payload.map((part) => Buffer.from(part)));
  const header = Buffer.alloc(4);
  header.writeUIntLE(bytes.length, 0, 3);
  header.writeUInt8(sequence, 3);
  return Buffer.concat([header, bytes]);
}

export function comQuery(text: string): Buffer {
  return packet(0, Buffer.of(0x03), text);
}

/** Numbers of every ERR packet in whole packets. */
export function errorNumbersIn(bytes: Buffer): readonly NativeError[] {
  const numbers: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUIntLE(at, 3)) {
    if (bytes[at + 4] === 0xff) numbers.push(bytes.readUInt16LE(at + 5));
  }
  return numbers;
}

/** Logs in as libmysql does: what is asked for by `caching_sha2_password`, a token without TLS as `mysql_clear_password`. */
export async function logInToMysql(port: number, login: Login): Promise<ContractClient> {
  const raw = await connectScripted(port);
  const greeting = await receivePacket(raw);
  if (greeting === undefined || greeting.payload[0] === 0xff) {
    raw.end();
    throw new LoginRefused(greeting?.payload.readUInt16LE(1));
  }
  const { id, nonce } = readGreeting(greeting.payload);
  let sequence = 1;
  let flags = CLIENT_FLAGS;
  if (login.ca !== undefined) {
    flags |= CLIENT_SSL;
    await raw.send(packet(sequence, start(flags)));
    sequence += 1;
    await raw.startTls({ ca: login.ca });
  }
  const inClear = login.ca === undefined && !login.user.includes("~");
  const [plugin, proof] = inClear
    ? ["mysql_clear_password", Buffer.from(`${login.secret}\0`)]
    : ["caching_sha2_password", scramble(login.secret, nonce)];
  const length = Buffer.alloc(3);
  length.writeUInt8(0xfc, 0);
  length.writeUInt16LE(proof.length, 1);
  await raw.send(
    packet(sequence, start(flags), `${login.user}\0`, length, proof, `${login.database ?? ""}\0${plugin}\0`),
  );
  await authenticate(raw, login);
  return new MysqlWireClient(raw, id);
}

class MysqlWireClient implements ContractClient {
  readonly cancelKey: ContractClient["cancelKey"];
  readonly #raw: ScriptedClient;

  constructor(raw: ScriptedClient, id: number) {
    this.#raw = raw;
    this.cancelKey = { id, secret: Buffer.alloc(0) };
  }

  async ask(...statements: readonly string[]): Promise<readonly Answer[]> {
    await this.#raw.send(...statements.map(comQuery));
    const answers: Answer[] = [];
    for (const _each of statements) answers.push(await this.#answer());
    return answers;
  }

  /** An OK, an ERR, or a result set of one column, whose last value counts. */
  async #answer(): Promise<Answer> {
    let value = "";
    for (let ends = 0; ends < 2;) {
      const payload = (await receivePacket(this.#raw))?.payload ?? Buffer.of(0);
      if (payload[0] === 0xff) return { kind: "error", native: payload.readUInt16LE(1) };
      if (payload[0] === 0 && ends === 0) return { kind: "result", value };
      if (payload[0] === 0xfe && payload.length < 9) ends += 1;
      else if (ends === 1) value = payload.toString("utf8", 1);
    }
    return { kind: "result", value };
  }

  async begin(statement: string): Promise<void> {
    await this.#raw.send(comQuery(statement));
  }

  async send(bytes: Buffer): Promise<void> {
    await this.#raw.send(bytes);
  }

  async lastWords(): Promise<readonly NativeError[]> {
    return errorNumbersIn(await this.#raw.receiveAll());
  }

  /** COM_CHANGE_USER, with no proof: servers ask for one anew. */
  async logInAgain(login: Login): Promise<void> {
    const { user, database = "" } = login;
    const plugin = "caching_sha2_password";
    await this.#raw.send(
      packet(0, Buffer.of(0x11), `${user}\0`, Buffer.of(0), `${database}\0`, Buffer.of(UTF8MB4, 0), `${plugin}\0`),
    );
    await authenticate(this.#raw, login);
  }

  async quit(): Promise<void> {
    await this.#raw.send(packet(0, Buffer.of(0x01)));
    this.#raw.end();
  }

  end(): void {
    this.#raw.end();
  }

  reset(): void {
    this.#raw.reset();
  }
}

async function authenticate(raw: ScriptedClient, { secret }: Login): Promise<void> {
  for (;;) {
    const next = await receivePacket(raw);
    const first = next?.payload[0];
    if (next === undefined || first === 0xff) {
      raw.end();
      throw new LoginRefused(next?.payload.readUInt16LE(1));
    }
    if (first === 0x00) return;
    const answer = answerTo(next.payload, secret);
    if (answer !== undefined) await raw.send(packet(next.sequence + 1, answer));
  }
}

/** AuthSwitchRequest, or what follows the scramble; undefined where nothing is asked. */
function answerTo(payload: Buffer, secret: string): Buffer | undefined {
  if (payload[0] === 0xfe) {
    const end = payload.indexOf(0, 1);
    const plugin = payload.toString("latin1", 1, end);
    if (plugin === "mysql_clear_password") return Buffer.from(`${secret}\0`);
    return scramble(secret, payload.subarray(end + 1, end + 1 + NONCE_BYTES));
  }
  // 3: the scramble was enough, 4: the password itself is asked for
  return payload[1] === 4 ? Buffer.from(`${secret}\0`) : undefined;
}

/** HandshakeV10, as far as a client needs it. */
function readGreeting(payload: Buffer): { readonly id: number; readonly nonce: Buffer } {
  const at = payload.indexOf(0, 1) + 1;
  const nonce = Buffer.concat([payload.subarray(at + 4, at + 12), payload.subarray(at + 31, at + 43)]);
  return { id: payload.readUInt32LE(at), nonce };
}

/** The fixed part of SSLRequest and HandshakeResponse. */
function start(flags: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(flags, 0);
  bytes.writeUInt32LE(MAX_PACKET_BYTES, 4);
  bytes.writeUInt8(UTF8MB4, 8);
  return bytes;
}

function scramble(secret: string, nonce: Buffer): Buffer {
  const once = sha256(Buffer.from(secret));
  const mask = sha256(Buffer.concat([sha256(once), nonce]));
  return Buffer.from(once.map((byte, index) => byte ^ (mask[index] ?? 0)));
}

function sha256(bytes: Buffer): Buffer {
  return createHash("sha256").update(bytes).digest();
}

/** Undefined once the gateway has ended. */
async function receivePacket(raw: ScriptedClient): Promise<Packet | undefined> {
  const header = await raw.receive(4);
  if (header.length < 4) return undefined;
  return { sequence: header.readUInt8(3), payload: await raw.receive(header.readUIntLE(0, 3)) };
}
