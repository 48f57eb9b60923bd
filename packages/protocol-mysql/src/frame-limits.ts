const KIB = 1024;
const MIB = 1024 * KIB;

/** A text, or the values of one execution: `max_allowed_packet` is 64 MiB on servers as they come. */
const TEXT_BYTES = 64 * MIB;
/** A name, a number, a login. */
const SMALL_BYTES = 64 * KIB;

/** Stands for a message that is relayed as it arrives, without a bound. */
export const IN_PIECES = 0;

/** A message that does not begin a command: what the client sends in answer to a request for a file. */
export const CONTINUATION = 0x100;
/** A message without any payload. */
export const EMPTY = 0x101;

/** COM_QUERY, COM_STMT_PREPARE, COM_STMT_EXECUTE. */
const withTexts: ReadonlySet<number> = new Set([0x03, 0x16, 0x17]);
const SEND_LONG_DATA = 0x18;

/** How long a client's message may be that is needed whole, by its first byte; `IN_PIECES` for those that are not. */
export function clientLimit(tag: number): number {
  if (tag === CONTINUATION || tag === EMPTY || tag === SEND_LONG_DATA) return IN_PIECES;
  return withTexts.has(tag) ? TEXT_BYTES : SMALL_BYTES;
}

/** What the server sends is read whole up to here; only rows are longer, and of those the first bytes are enough. */
export const SERVER_WHOLE_BYTES = 64 * KIB;

/** So much of a message that is relayed in pieces is in the first one, unless it is shorter. */
export const FIRST_PIECE_BYTES = 16;
