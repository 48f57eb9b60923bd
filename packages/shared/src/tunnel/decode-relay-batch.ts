import { GatewayError } from "../errors.ts";
import { ProtobufCursor } from "./protobuf-cursor.ts";
import { frameKeys, MAX_RESET_CODE_BYTES, type RelayFrame } from "./relay-frame.ts";

/** Decodes one `RelayBatch` frame by frame; frames of kinds that this version does not know are left out. Throws `protocol/malformed`. */
export function* decodeRelayBatch(message: Buffer): Generator<RelayFrame> {
  const batch = new ProtobufCursor(message);
  while (!batch.atEnd) {
    const key = batch.uint32();
    if (key !== frameKeys.frame) {
      batch.skip(key);
      continue;
    }
    const frame = decodeFrame(batch.nested());
    if (frame !== undefined) yield frame;
  }
}

/** Fields may come in any order, and the last of a oneof counts, as protobuf asks of every reader. */
function decodeFrame(cursor: ProtobufCursor): RelayFrame | undefined {
  let channel = 0;
  let starved = false;
  let kind = 0;
  let number = 0;
  let bytes: Buffer | undefined;
  while (!cursor.atEnd) {
    const key = cursor.uint32();
    switch (key) {
      case frameKeys.channel:
        channel = cursor.uint32();
        break;
      case frameKeys.starved:
        starved = cursor.uint32() !== 0;
        break;
      case frameKeys.data:
      case frameKeys.reset:
        kind = key;
        bytes = cursor.view();
        break;
      case frameKeys.end:
      case frameKeys.credit:
      case frameKeys.echo:
      case frameKeys.echoed:
        kind = key;
        number = cursor.uint32();
        break;
      default:
        cursor.skip(key);
    }
  }
  return frameOf(kind, channel, number, bytes, starved);
}

function frameOf(
  kind: number,
  channel: number,
  number: number,
  bytes: Buffer | undefined,
  starved: boolean,
): RelayFrame | undefined {
  switch (kind) {
    case frameKeys.data:
      return bytes === undefined ? undefined : { kind: "data", channel, bytes, starved };
    case frameKeys.end:
      return { kind: "end", channel };
    case frameKeys.reset:
      return bytes === undefined ? undefined : { kind: "reset", channel, code: resetCode(bytes) };
    case frameKeys.credit:
      return { kind: "credit", channel, credit: number };
    case frameKeys.echo:
      return { kind: "echo", nonce: number };
    case frameKeys.echoed:
      return { kind: "echoed", nonce: number };
    default:
      return undefined;
  }
}

function resetCode(bytes: Buffer): string {
  if (bytes.length > MAX_RESET_CODE_BYTES) {
    throw new GatewayError("protocol/malformed", `a reset's code of ${bytes.length} bytes is too long`);
  }
  return bytes.toString("latin1");
}
