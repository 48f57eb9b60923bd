import { describe, expect, it } from "vitest";
import type { Frame } from "@sallyport/shared/frame";
import { MAX_PACKET_BYTES } from "./messages/encode-packet.ts";
import {
  firstPacketLength,
  firstSequence,
  payloadIn,
  payloadOf,
  sequenceBehind,
  sequenceBehindFrame,
} from "./packet-frame.ts";

const FULL = MAX_PACKET_BYTES + 4;

/** A message whose payload counts its own bytes, somewhere within a chunk. */
function frameOf(payloadBytes: number, sequence: number): { frame: Frame; payload: Buffer } {
  const payload = Buffer.alloc(payloadBytes);
  for (let at = 0; at < payloadBytes; at++) payload[at] = at % 251;
  const packets: Buffer[] = [Buffer.from("before")];
  for (let at = 0, id = sequence; at <= payloadBytes; at += MAX_PACKET_BYTES, id++) {
    const part = payload.subarray(at, at + MAX_PACKET_BYTES);
    const header = Buffer.alloc(4, id % 256);
    header.writeUIntLE(part.length, 0, 3);
    packets.push(header, part);
  }
  const end = packets.reduce((sum, { length }) => sum + length, 0);
  const chunk = Buffer.concat([...packets, Buffer.from("behind")]);
  return { frame: { tag: 0, chunk, start: 6, end, part: "whole" }, payload };
}

const sizes = [0, 1, 300, MAX_PACKET_BYTES - 1, MAX_PACKET_BYTES, MAX_PACKET_BYTES + 1, 2 * MAX_PACKET_BYTES] as const;

describe("the payload", () => {
  it.each(sizes)("of %i bytes is read without the headers in it", (size) => {
    const { frame, payload } = frameOf(size, 0);
    const body = payloadOf(frame, "protocol/malformed");
    expect(body.remaining).toBe(size);
    expect(body.rest().equals(payload)).toBe(true);
  });

  it("of one packet is a view", () => {
    const { frame } = frameOf(300, 0);
    expect(payloadOf(frame, "protocol/malformed").rest().buffer).toBe(frame.chunk.buffer);
  });

  it.each([1, 3, 4, 5, 1000, FULL - 1, FULL, FULL + 2, FULL + 4, FULL + 5])(
    "is found in pieces that are cut at %i",
    (cut) => {
      const { frame, payload } = frameOf(MAX_PACKET_BYTES + 1000, 0);
      const middle = frame.start + cut;
      const pieces = [
        ...payloadIn({ ...frame, end: middle, part: "first" }, 0),
        ...payloadIn({ ...frame, start: middle, part: "last" }, cut),
      ];
      expect(Buffer.concat(pieces).equals(payload)).toBe(true);
    },
  );
});

describe("sequence ids", () => {
  it.each([
    [0, 0, 1],
    [MAX_PACKET_BYTES - 1, 0, 1],
    [MAX_PACKET_BYTES, 0, 2],
    [2 * MAX_PACKET_BYTES, 3, 6],
    [1, 255, 0],
    [MAX_PACKET_BYTES, 255, 1],
  ])("behind a payload of %i bytes that begins at %i go on with %i", (size, first, next) => {
    const { frame } = frameOf(size, first);
    expect(firstSequence(frame)).toBe(first);
    expect(sequenceBehindFrame(frame)).toBe(next);
    expect(sequenceBehind(first, frame.end - frame.start)).toBe(next);
  });
});

it("the first packet's length is what its header tells", () => {
  expect(firstPacketLength(frameOf(70_000, 0).frame)).toBe(70_000);
  expect(firstPacketLength(frameOf(MAX_PACKET_BYTES + 5, 0).frame)).toBe(MAX_PACKET_BYTES);
});
