import { createHash } from "node:crypto";
import { joined } from "./joined.ts";
import { connectScripted, type ScriptedClient } from "./scripted-client.ts";
import { flag, MARIADB_EXTENDED_METADATA } from "./mysql-flags.ts";
import { packet } from "./mysql-packets.ts";

const UTF8MB4 = 45;
const MAX_PAYLOAD = 0xff_ffff;
const NONCE_BYTES = 20;

/** Where and as whom a client logs in. */
export interface MysqlSide {
  readonly name: "direct" | "through";
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** A message as it came: its payload, joined from as many packets as it took, and the sequence id of the first of them. */
export interface MysqlMessage {
  readonly sequence: number;
  readonly payload: Buffer;
}

/** What a server says before anything else. */
export interface MysqlGreeting {
  readonly version: string;
  readonly id: number;
  readonly nonce: Buffer;
  readonly capabilities: number;
  readonly collation: number;
  readonly status: number;
}

/** A MySQL client without opinions, made of no code of the product: it logs in over plaintext and then sends what it is told. */
export class MysqlRawClient implements AsyncDisposable {
  readonly greeting: MysqlGreeting;
  readonly flags: number;
  readonly #raw: ScriptedClient;

  private constructor(raw: ScriptedClient, greeting: MysqlGreeting, flags: number) {
    this.#raw = raw;
    this.greeting = greeting;
    this.flags = flags;
  }

  /** With these flags where the server has them, without a word where it has not. */
  static async connect(side: MysqlSide, wanted: number): Promise<MysqlRawClient> {
    const raw = await connectScripted(side.port);
    const first = await receiveMessage(raw);
    if (first === undefined || first.payload[0] === 0xff) throw new Error(`no greeting from ${side.name}`);
    const greeting = readGreeting(first.payload);
    const flags = (wanted & greeting.capabilities) >>> 0;
    const start = Buffer.alloc(32);
    start.writeUInt32LE(flags, 0);
    start.writeUInt32LE(0x4000_0000, 4);
    start.writeUInt8(UTF8MB4, 8);
    // where a server leaves the first bit out, it reads flags of its own there
    if ((greeting.capabilities & flag.MYSQL) === 0) start.writeUInt32LE(MARIADB_EXTENDED_METADATA, 28);
    const plugin = readPlugin(first.payload);
    const proof = proofFor(plugin, side.password, greeting.nonce);
    await raw.send(
      packet(1, start, `${side.user}\0`, Buffer.of(proof.length), proof, `${side.database}\0`, `${plugin}\0`),
    );
    await authenticate(raw, side);
    return new MysqlRawClient(raw, greeting, flags);
  }

  /** A command, in as many packets as it takes. */
  send(payload: Buffer): Promise<void> {
    return this.#raw.send(...packetsOf(0, payload));
  }

  /** What a server asked for: its bytes, and an empty packet behind them. */
  async sendFile(sequence: number, file: Buffer): Promise<void> {
    const packets = file.length === 0 ? [] : packetsOf(sequence, file);
    await this.#raw.send(...packets, packet((sequence + packets.length) % 256));
  }

  /** Undefined once the connection has ended. */
  next(): Promise<MysqlMessage | undefined> {
    return receiveMessage(this.#raw);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#raw.send(packet(0, [1])).catch(() => undefined);
    await this.#raw.receiveAll();
  }
}

/** A message in its packets: one that is full says that another follows, be it empty. */
function packetsOf(sequence: number, payload: Buffer): readonly Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0, id = sequence; at <= payload.length; at += MAX_PAYLOAD, id++) {
    packets.push(packet(id % 256, payload.subarray(at, at + MAX_PAYLOAD)));
  }
  return packets;
}

async function receiveMessage(raw: ScriptedClient): Promise<MysqlMessage | undefined> {
  const pieces: Buffer[] = [];
  let sequence: number | undefined;
  for (;;) {
    const header = await raw.receive(4);
    if (header.length < 4) return undefined;
    sequence ??= header.readUInt8(3);
    const length = header.readUIntLE(0, 3);
    if (length > 0) pieces.push(await raw.receive(length));
    if (length < MAX_PAYLOAD) return { sequence, payload: joined(pieces) };
  }
}

async function authenticate(raw: ScriptedClient, { name, password }: MysqlSide): Promise<void> {
  for (;;) {
    const message = await receiveMessage(raw);
    if (message === undefined) throw new Error(`${name} hung up at the login`);
    const { sequence, payload } = message;
    const first = payload[0];
    if (first === 0x00) return;
    // the scramble was enough
    if (first === 0x01 && payload[1] === 3) continue;
    if (first !== 0xfe) throw new Error(`${name} refused the login: ${payload.toString("latin1")}`);
    const end = payload.indexOf(0, 1);
    const nonce = payload.subarray(end + 1, end + 1 + NONCE_BYTES);
    await raw.send(packet(sequence + 1, proofFor(payload.toString("latin1", 1, end), password, nonce)));
  }
}

function readGreeting(payload: Buffer): MysqlGreeting {
  const end = payload.indexOf(0, 1);
  const at = end + 1;
  return {
    version: payload.toString("latin1", 1, end),
    id: payload.readUInt32LE(at),
    nonce: Buffer.concat([payload.subarray(at + 4, at + 12), payload.subarray(at + 31, at + 43)]),
    capabilities: (payload.readUInt16LE(at + 13) | (payload.readUInt16LE(at + 18) << 16)) >>> 0,
    collation: payload.readUInt8(at + 15),
    status: payload.readUInt16LE(at + 16),
  };
}

function readPlugin(payload: Buffer): string {
  const at = payload.indexOf(0, 1) + 45;
  return payload.toString("latin1", at, payload.indexOf(0, at));
}

function proofFor(plugin: string, password: string, nonce: Buffer): Buffer {
  const algorithm = plugin === "caching_sha2_password" ? "sha256" : "sha1";
  const hash = (...parts: readonly Uint8Array[]): Buffer => createHash(algorithm).update(Buffer.concat(parts)).digest();
  const once = hash(Buffer.from(password));
  const twice = hash(once);
  const mask = algorithm === "sha256" ? hash(twice, nonce) : hash(nonce, twice);
  return Buffer.from(once.map((byte, at) => byte ^ (mask[at] ?? 0)));
}
