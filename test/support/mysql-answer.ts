import type { AnswerKind } from "./mysql-commands.ts";
import { flag } from "./mysql-flags.ts";
import type { MysqlMessage, MysqlRawClient } from "./mysql-raw-client.ts";

const ERR = 0xff;
const OK = 0x00;
const EOF = 0xfe;
const LOCAL_INFILE = 0xfb;
const MORE_RESULTS = 0x0008;
const CURSOR_EXISTS = 0x0040;
const PS_OUT_PARAMS = 0x1000;
const MAX_EOF_BYTES = 9;
const MAX_PAYLOAD = 0xff_ffff;

/** Reads one answer and hands over its messages. `file` is what a LOAD DATA LOCAL is given. Ends early where the connection does. */
export async function readAnswer(
  client: MysqlRawClient,
  kind: AnswerKind,
  { onMessage, file = "" }: { readonly onMessage: (message: MysqlMessage) => void; readonly file?: string | undefined },
): Promise<void> {
  await new Answer(client, onMessage, file).read(kind);
}

class Answer {
  readonly #client: MysqlRawClient;
  readonly #onMessage: (message: MysqlMessage) => void;
  readonly #file: string;
  readonly #deprecateEof: boolean;
  #sequence = 0;

  constructor(client: MysqlRawClient, onMessage: (message: MysqlMessage) => void, file: string) {
    this.#client = client;
    this.#onMessage = onMessage;
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
    this.#onMessage(message);
    this.#sequence = message.sequence;
    return message.payload;
  }

  /** Whether another one follows. */
  async #result(): Promise<boolean> {
    const head = await this.#next();
    const first = head?.[0];
    if (head === undefined || first === ERR) return false;
    if (first === OK) return (statusOfOk(head) & MORE_RESULTS) !== 0;
    if (first === LOCAL_INFILE) {
      await this.#client.sendFile(this.#sequence + 1, Buffer.from(this.#file));
      return this.#result();
    }
    for (let columns = countIn(head); columns > 0; columns--) await this.#next();
    if (this.#deprecateEof) return ((await this.#rows()) & MORE_RESULTS) !== 0;
    const status = (await this.#next())?.readUInt16LE(3) ?? 0;
    if ((status & CURSOR_EXISTS) !== 0) return (status & MORE_RESULTS) !== 0;
    const behind = await this.#rows();
    // the second EOF of what a procedure gives back does not say that more follows
    return ((behind | ((status & PS_OUT_PARAMS) === 0 ? 0 : status)) & MORE_RESULTS) !== 0;
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
