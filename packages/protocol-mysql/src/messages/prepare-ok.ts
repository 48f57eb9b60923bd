import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";

/** The server has prepared a statement. Descriptions of its parameters and its columns follow. */
export interface PrepareOk {
  readonly statement: number;
  readonly columns: number;
  readonly parameters: number;
}

/** Reads a whole packet, its first byte included. */
export function decodePrepareOk(body: ByteReader): PrepareOk {
  const header = body.uint8();
  if (header !== 0) throw body.fault(`${header} does not begin the answer to a prepare`);
  const statement = body.uint32LE();
  const columns = body.uint16LE();
  return { statement, columns, parameters: body.uint16LE() };
}
