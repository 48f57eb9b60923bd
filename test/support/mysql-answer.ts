import type { AnswerKind } from "./mysql-commands.ts";
import { flag } from "./mysql-flags.ts";
import { packetsOf, type MysqlMessage, type MysqlRawClient } from "./mysql-raw-client.ts";

const ERR = 0xff;
const OK = 0x00;
const EOF = 0xfe;
const LOCAL_INFILE = 0xfb;
const MORE_RESULTS = 0x0008;
const CURSOR_EXISTS = 0x0040;
const MAX_EOF_BYTES = 9;
const MAX_PAYLOAD = 0xff_ffff;

/** Reads all messages of one answer. `file` is what a LOAD DATA LOCAL is given. Ends early where the connection does. */
export async function readAnswer(
  client: MysqlRawClient,
  kind: AnswerKind,
  file = "",
): Promise<readonly MysqlMessage[]> {
  const answer = new Answer(client, file);
  await answer.read(kind);
  return answer.messages;
}

class Answer {
  readonly messages: MysqlMessage[] = [];
  readonly #client: MysqlRawClient;
  readonly #file: string;
  readonly #deprecateEof: boolean;

  constructor(client: MysqlRawClient, file: string) {
    this.#client = client;
    this.#file = file;
    this.#deprecateEof = (client.flags & flag.DEPRECATE_EOF) !== 0;
  }

  async read(kind: AnswerKind): Promise<void> {
    switch (kind) {
      case "none":
        return;
      case "ok":
      case "text":
        await this.#next();
        return;
      case "results":
        while (await this.#result());
        return;
      case "prepare":
        return this.#prepared();
      case "rows":
      case "columns":
        await this.#rows();
    }
  }

  async #next(): Promise<Buffer | undefined> {
    const message = await this.#client.next();
    if (message === undefined) return undefined;
    this.messages.push(message);
    return message.payload;
  }

  /** Whether another one follows. */
  async #result(): Promise<boolean> {
    const head = await this.#next();
    const first = head?.[0];
    if (head === undefined || first === ERR) return false;
    if (first === OK) return (statusOfOk(head) & MORE_RESULTS) !== 0;
    if (first === LOCAL_INFILE) {
      const data = Buffer.from(this.#file);
      const sequence = (this.messages.at(-1)?.sequence ?? 0) + 1;
      if (data.length > 0) await this.#client.sendBytes(Buffer.concat(packetsOf(sequence, data)));
      await this.#client.sendBytes(Buffer.concat(packetsOf(sequence + (data.length > 0 ? 1 : 0), Buffer.alloc(0))));
      return this.#result();
    }
    for (let columns = countIn(head); columns > 0; columns--) await this.#next();
    if (!this.#deprecateEof) {
      const end = await this.#next();
      if (end === undefined) return false;
      if ((end.readUInt16LE(3) & CURSOR_EXISTS) !== 0) return (end.readUInt16LE(3) & MORE_RESULTS) !== 0;
    }
    return ((await this.#rows()) & MORE_RESULTS) !== 0;
  }

  /** Up to their end, whose status is what this is; 0 for an error. */
  async #rows(): Promise<number> {
    for (;;) {
      const row = await this.#next();
      if (row === undefined || row[0] === ERR) return 0;
      if (row[0] !== EOF) continue;
      if (this.#deprecateEof ? row.length < MAX_PAYLOAD : row.length < MAX_EOF_BYTES) {
        return this.#deprecateEof ? statusOfOk(row) : row.readUInt16LE(3);
      }
    }
  }

  async #prepared(): Promise<void> {
    const head = await this.#next();
    if (head === undefined || head[0] === ERR) return;
    for (const count of [head.readUInt16LE(7), head.readUInt16LE(5)]) {
      for (let left = count; left > 0; left--) await this.#next();
      if (count > 0 && !this.#deprecateEof) await this.#next();
    }
  }
}

/** The status behind the two numbers. */
function statusOfOk(payload: Buffer): number {
  const at = behindNumber(payload, behindNumber(payload, 1));
  return payload.readUInt16LE(at);
}

function behindNumber(payload: Buffer, at: number): number {
  const widths: Readonly<Record<number, number>> = { 0xfc: 3, 0xfd: 4, 0xfe: 9 };
  return at + (widths[payload.readUInt8(at)] ?? 1);
}

function countIn(payload: Buffer): number {
  return payload.readUInt8(0) === 0xfc ? payload.readUInt16LE(1) : payload.readUInt8(0);
}
