import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import {
  readLengthEncodedBytes,
  readLengthEncodedInteger,
  writeLengthEncodedBytes,
  writeLengthEncodedInteger,
} from "./length-encoded.ts";
import { statusFlag } from "./status-flags.ts";

/** The first byte of an answer that is nothing but OK. */
export const OK = 0x00;
/** The first byte of the OK that ends rows, where EOF is no longer spoken. */
export const OK_BEHIND_ROWS = 0xfe;

/** How a command ended well. Its layout depends on whether the two ends negotiated SESSION_TRACK. */
export interface OkPacket {
  readonly header: typeof OK | typeof OK_BEHIND_ROWS;
  readonly affectedRows: bigint;
  readonly lastInsertId: bigint;
  readonly status: number;
  readonly warnings: number;
  readonly info: Buffer;
  /** The block of session state as it came, to be read by `decodeStateChanges`; only with SESSION_TRACK. */
  readonly stateChanges: Buffer | undefined;
}

/** What a packet is laid out by. */
export interface OkLayout {
  readonly sessionTrack: boolean;
}

/** Reads a whole packet, its first byte included. The views in it stay valid only as long as the packet. */
export function decodeOkPacket(body: ByteReader, { sessionTrack }: OkLayout): OkPacket {
  const header = body.uint8();
  if (header !== OK && header !== OK_BEHIND_ROWS) throw body.fault(`${header} does not begin an OK`);
  const affectedRows = readLengthEncodedInteger(body);
  const lastInsertId = readLengthEncodedInteger(body);
  const status = body.uint16LE();
  const warnings = body.uint16LE();
  const fixed = { header, affectedRows, lastInsertId, status, warnings } as const;
  const info = body.remaining > 0 ? readLengthEncodedBytes(body) : body.rest();
  const hasChanges = sessionTrack && (status & statusFlag.SESSION_STATE_CHANGED) !== 0;
  const stateChanges = hasChanges ? readLengthEncodedBytes(body) : undefined;
  body.expectEnd();
  return { ...fixed, info, stateChanges };
}

/** The payload. Whether the state changed is told by the block being there, and only with SESSION_TRACK. */
export function encodeOkPacket(ok: OkPacket, { sessionTrack }: OkLayout): Buffer {
  const stateChanges = sessionTrack ? ok.stateChanges : undefined;
  const status = ok.status & ~statusFlag.SESSION_STATE_CHANGED;
  const writer = new ByteWriter().uint8(ok.header);
  writeLengthEncodedInteger(writer, ok.affectedRows);
  writeLengthEncodedInteger(writer, ok.lastInsertId);
  writer
    .uint16LE(stateChanges === undefined ? status : status | statusFlag.SESSION_STATE_CHANGED)
    .uint16LE(ok.warnings);
  // servers send the length with and without SESSION_TRACK, and clients read it
  if (ok.info.length > 0 || stateChanges !== undefined) writeLengthEncodedBytes(writer, ok.info);
  if (stateChanges !== undefined) writeLengthEncodedBytes(writer, stateChanges);
  return writer.finish();
}
