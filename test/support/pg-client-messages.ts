import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";

/** What a Bind says besides its names. A value that is null is NULL. */
export interface BindValues {
  readonly values?: readonly (string | Buffer | null)[];
  readonly formats?: readonly number[];
  readonly resultFormats?: readonly number[];
}

function message(tag: string, body: (writer: ByteWriter) => ByteWriter = (writer) => writer): Buffer {
  const writer = body(new ByteWriter().uint8(tag.charCodeAt(0)).int32(0));
  return writer.patchInt32(1, writer.length - 1).finish();
}

function uint16(writer: ByteWriter, value: number): ByteWriter {
  return writer.uint8(value >>> 8).uint8(value & 0xff);
}

/** The messages that a client may send after its login. */
export const send = {
  query: (text: string) => message("Q", (w) => w.string(text)),
  parse: (name: string, text: string, types: readonly number[] = []) =>
    message("P", (w) => {
      uint16(w.string(name).string(text), types.length);
      for (const type of types) w.int32(type);
      return w;
    }),
  bind: (portal: string, statement: string, { values = [], formats = [], resultFormats = [] }: BindValues = {}) =>
    message("B", (w) => {
      uint16(w.string(portal).string(statement), formats.length);
      for (const format of formats) w.int16(format);
      uint16(w, values.length);
      for (const value of values) {
        if (value === null) w.int32(-1);
        else w.int32(Buffer.byteLength(value)).bytes(Buffer.from(value));
      }
      uint16(w, resultFormats.length);
      for (const format of resultFormats) w.int16(format);
      return w;
    }),
  describe: (kind: "S" | "P", name: string) => message("D", (w) => w.uint8(kind.charCodeAt(0)).string(name)),
  execute: (portal: string, maxRows = 0) => message("E", (w) => w.string(portal).int32(maxRows)),
  close: (kind: "S" | "P", name: string) => message("C", (w) => w.uint8(kind.charCodeAt(0)).string(name)),
  sync: () => message("S"),
  flush: () => message("H"),
  copyData: (data: string | Buffer) => message("d", (w) => w.bytes(Buffer.from(data))),
  copyDone: () => message("c"),
  copyFail: (why: string) => message("f", (w) => w.string(why)),
  functionCall: () => message("F", (w) => w.int32(1299).int16(0).int16(0).int16(0)),
  terminate: () => message("X"),
} as const;
