import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";

function message(tag: string, body: (writer: ByteWriter) => ByteWriter = (writer) => writer): Buffer {
  const writer = body(new ByteWriter().uint8(tag.charCodeAt(0)).int32(0));
  return writer.patchInt32(1, writer.length - 1).finish();
}

const TEXT_TYPE = 25;

/** The fields of an error or notice. */
function said(writer: ByteWriter, fields: Readonly<Record<string, string>>): ByteWriter {
  for (const [field, value] of Object.entries(fields)) writer.uint8(field.charCodeAt(0)).string(value);
  return writer.uint8(0);
}

/** What a client sends. */
export const client = {
  query: (text: string) => message("Q", (w) => w.string(text)),
  parse: (name: string, text: string) => message("P", (w) => w.string(name).string(text).int16(0)),
  bind: (portal: string, statement: string, ...values: string[]) =>
    message("B", (w) => {
      w.string(portal).string(statement).int16(0).int16(values.length);
      for (const value of values) w.int32(Buffer.byteLength(value)).bytes(Buffer.from(value));
      return w.int16(0);
    }),
  execute: (portal: string) => message("E", (w) => w.string(portal).int32(0)),
  describe: (portal: string) => message("D", (w) => w.uint8(0x50).string(portal)),
  closeStatement: (name: string) => message("C", (w) => w.uint8(0x53).string(name)),
  sync: () => message("S"),
  flush: () => message("H"),
  terminate: () => message("X"),
  functionCall: () => message("F", (w) => w.int32(1).int16(0).int16(0).int16(0)),
  copyData: (text: string) => message("d", (w) => w.bytes(Buffer.from(text))),
  copyDone: () => message("c"),
};

/** What a server answers. */
export const server = {
  parseComplete: () => message("1"),
  bindComplete: () => message("2"),
  closeComplete: () => message("3"),
  noData: () => message("n"),
  dataRow: (...values: readonly string[]) =>
    message("D", (w) => {
      w.int16(values.length);
      for (const value of values) w.int32(Buffer.byteLength(value)).bytes(Buffer.from(value));
      return w;
    }),
  commandComplete: (tag: string) => message("C", (w) => w.string(tag)),
  portalSuspended: () => message("s"),
  rowDescription: (...columns: readonly string[]) =>
    message("T", (w) => {
      w.int16(columns.length);
      for (const name of columns) w.string(name).int32(0).int16(0).int32(TEXT_TYPE).int16(-1).int32(-1).int16(0);
      return w;
    }),
  copyOut: (columns = 1) =>
    message("H", (w) => {
      w.uint8(0).int16(columns);
      for (let column = 0; column < columns; column++) w.int16(0);
      return w;
    }),
  copyData: (text: string) => message("d", (w) => w.bytes(Buffer.from(text))),
  copyDone: () => message("c"),
  notice: (text: string) => message("N", (w) => said(w, { S: "NOTICE", V: "NOTICE", C: "00000", M: text })),
  notification: (payload: string) => message("A", (w) => w.int32(1).string("channel").string(payload)),
  copyIn: () => message("G", (w) => w.uint8(0).int16(0)),
  ready: (status: "I" | "T" | "E" = "I") => message("Z", (w) => w.uint8(status.charCodeAt(0))),
  error: (code: string, severity = "ERROR", more: Readonly<Record<string, string>> = {}) =>
    message("E", (w) => said(w, { S: severity, V: severity, C: code, M: "server's words", ...more })),
  parameterStatus: (name: string, value: string) => message("S", (w) => w.string(name).string(value)),
};
