import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError } from "@sallyport/shared/errors";
import { capability, hasCapability } from "../messages/capabilities.ts";
import { encodeComQuery } from "../messages/com-query.ts";
import { decodeErrPacket, ERR, type ErrPacket } from "../messages/err-packet.ts";
import { readNullableBytes } from "../messages/length-encoded.ts";
import { OK, OK_BEHIND_ROWS } from "../messages/ok-packet.ts";
import { PacketExchange, type PacketStream } from "../packet-exchange.ts";

const MAX_PACKET_BYTES = 64 * 1024;
const MAX_COLUMNS = 64;
const MAX_ROWS = 16;

/** A session on which nothing runs. */
export interface AskedServer {
  readonly stream: PacketStream;
  readonly negotiated: number;
}

/** What came back: rows of texts, or the server's error. */
export type Answer =
  | { readonly kind: "rows"; readonly rows: readonly (readonly (string | undefined)[])[] }
  | { readonly kind: "error"; readonly error: ErrPacket };

/** Asks something of the agent's own and reads the answer to its end and no further: few columns, few rows, one result. */
export async function queryServer({ stream, negotiated }: AskedServer, text: string): Promise<Answer> {
  const exchange = new PacketExchange(stream, {
    maxBytes: MAX_PACKET_BYTES,
    onFault: "server/malformed",
    sequence: 0,
  });
  await exchange.write(encodeComQuery(text, hasCapability(negotiated, capability.QUERY_ATTRIBUTES)));
  const first = await nextPacket(exchange);
  const columns = first[0] ?? 0;
  if (columns === ERR) return { kind: "error", error: decodeErrPacket(reader(first)) };
  if (columns === OK) return { kind: "rows", rows: [] };
  if (columns > MAX_COLUMNS) throw new GatewayError("server/malformed", `the server answered with ${columns} columns`);
  const withEof = !hasCapability(negotiated, capability.DEPRECATE_EOF);
  for (let left = columns + (withEof ? 1 : 0); left > 0; left--) await nextPacket(exchange);
  return readRows(exchange, columns);
}

async function readRows(exchange: PacketExchange, columns: number): Promise<Answer> {
  const rows: (string | undefined)[][] = [];
  for (;;) {
    const packet = await nextPacket(exchange);
    if (packet[0] === ERR) return { kind: "error", error: decodeErrPacket(reader(packet)) };
    // no row of ours is so long that its first value could begin like this
    if (packet[0] === OK_BEHIND_ROWS) return { kind: "rows", rows };
    if (rows.length === MAX_ROWS) throw new GatewayError("server/malformed", "the server answers with too many rows");
    const row = reader(packet);
    rows.push(Array.from({ length: columns }, () => readNullableBytes(row)?.toString("utf8")));
    row.expectEnd();
  }
}

async function nextPacket(exchange: PacketExchange): Promise<Buffer> {
  const packet = await exchange.read();
  if (packet === undefined) throw new GatewayError("server/lost", "the server hung up instead of answering");
  return packet.rest();
}

function reader(packet: Buffer): ByteReader {
  return new ByteReader(packet, 0, packet.length, "server/malformed");
}
