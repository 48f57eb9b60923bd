import { frameKeys, type OutgoingFrame } from "./relay-frame.ts";

const TWO_BYTES = 0x80;
const THREE_BYTES = 0x4000;
const FOUR_BYTES = 0x20_0000;
const FIVE_BYTES = 0x1000_0000;

/** Encodes frames as one `RelayBatch`: sized first, then written once into a buffer that `allocate` gives for that size. */
export function encodeRelayBatch(
  frames: readonly OutgoingFrame[],
  allocate: (bytes: number) => Buffer = (bytes) => Buffer.allocUnsafe(bytes),
): Buffer {
  let size = 0;
  for (const frame of frames) {
    const body = bodySize(frame);
    size += 1 + varintSize(body) + body;
  }
  const batch = allocate(size);
  let at = 0;
  for (const frame of frames) {
    batch[at] = frameKeys.frame;
    at = writeVarint(batch, at + 1, bodySize(frame));
    at = writeBody(batch, at, frame);
  }
  return batch;
}

function bodySize(frame: OutgoingFrame): number {
  switch (frame.kind) {
    case "data":
      return channelSize(frame.channel) + 1 + varintSize(frame.length) + frame.length + (frame.starved ? 2 : 0);
    case "end":
      return channelSize(frame.channel) + 2;
    case "reset":
      return channelSize(frame.channel) + 1 + varintSize(frame.code.length) + frame.code.length;
    case "credit":
      return channelSize(frame.channel) + 1 + varintSize(frame.credit);
    case "echo":
    case "echoed":
      return 1 + varintSize(frame.nonce);
  }
}

function writeBody(batch: Buffer, start: number, frame: OutgoingFrame): number {
  let at = start;
  if ("channel" in frame) at = writeField(batch, at, frameKeys.channel, frame.channel);
  switch (frame.kind) {
    case "data":
      at = writeField(batch, at, frameKeys.data, frame.length);
      for (const piece of frame.pieces) at += piece.copy(batch, at);
      return frame.starved ? writeField(batch, at, frameKeys.starved, 1) : at;
    case "end":
      return writeField(batch, at, frameKeys.end, 1);
    case "reset":
      // error codes are ASCII, so that a length in characters is one in bytes
      at = writeField(batch, at, frameKeys.reset, frame.code.length);
      return at + batch.write(frame.code, at, "latin1");
    case "credit":
      return writeField(batch, at, frameKeys.credit, frame.credit);
    case "echo":
      return writeField(batch, at, frameKeys.echo, frame.nonce);
    case "echoed":
      return writeField(batch, at, frameKeys.echoed, frame.nonce);
  }
}

function channelSize(channel: number): number {
  return 1 + varintSize(channel);
}

function writeField(batch: Buffer, at: number, key: number, value: number): number {
  batch[at] = key;
  return writeVarint(batch, at + 1, value);
}

function varintSize(value: number): number {
  if (value < TWO_BYTES) return 1;
  if (value < THREE_BYTES) return 2;
  if (value < FOUR_BYTES) return 3;
  return value < FIVE_BYTES ? 4 : 5;
}

function writeVarint(batch: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= TWO_BYTES) {
    batch[at] = (rest & 0x7f) | 0x80;
    at += 1;
    rest >>>= 7;
  }
  batch[at] = rest;
  return at + 1;
}
