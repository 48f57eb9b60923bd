import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../errors.ts";
import { decodeRelayBatch } from "./decode-relay-batch.ts";
import { encodeFrames } from "./testing/encode-frames.ts";
import { RelayBatchSchema, type RelayBatch, type RelayFrameSchema } from "./gen/sallyport/tunnel/v1/tunnel_pb.ts";
import { FRAME_OVERHEAD_BYTES, type RelayFrame } from "./relay-frame.ts";

const uint32 = fc.oneof(fc.nat(300), fc.integer({ min: 0, max: 0xffff_ffff }));
const anyBytes = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
const anyFrame: fc.Arbitrary<RelayFrame> = fc.oneof(
  fc.record({ kind: fc.constant("data" as const), channel: uint32, bytes: anyBytes, starved: fc.boolean() }),
  fc.record({ kind: fc.constant("end" as const), channel: uint32 }),
  fc.record({
    kind: fc.constant("reset" as const),
    channel: uint32,
    code: fc.constantFrom("server/lost", "tunnel/agent-lost", ""),
  }),
  fc.record({ kind: fc.constant("credit" as const), channel: uint32, credit: uint32 }),
  fc.record({ kind: fc.constant("echo" as const), nonce: uint32 }),
  fc.record({ kind: fc.constant("echoed" as const), nonce: uint32 }),
);

describe("the relay's codec", () => {
  it("reads what it wrote", () => {
    fc.assert(
      fc.property(fc.array(anyFrame), (frames) => {
        expect([...decodeRelayBatch(encodeFrames(frames))]).toEqual(frames);
      }),
    );
  });

  it("writes what protobuf reads as the same", () => {
    fc.assert(
      fc.property(fc.array(anyFrame), (frames) => {
        expect(fromBinary(RelayBatchSchema, new Uint8Array(encodeFrames(frames)))).toEqual(messageOf(frames));
      }),
    );
  });

  it("reads what protobuf writes", () => {
    fc.assert(
      fc.property(fc.array(anyFrame), (frames) => {
        expect([...decodeRelayBatch(Buffer.from(toBinary(RelayBatchSchema, messageOf(frames))))]).toEqual(frames);
      }),
    );
  });

  it("hands out views of the message, not copies", () => {
    const message = encodeFrames([{ kind: "data", channel: 1, bytes: Buffer.from("abc"), starved: false }]);
    const [frame] = decodeRelayBatch(message);
    message.fill(0x7a, message.length - 3);
    expect(frame).toMatchObject({ bytes: Buffer.from("zzz") });
  });

  it("adds no more to data than the batch leaves room for", () => {
    const bytes = Buffer.alloc(40_000);
    const message = encodeFrames([{ kind: "data", channel: 0xffff_ffff, bytes, starved: true }]);
    expect(message.length - bytes.length).toBeLessThanOrEqual(FRAME_OVERHEAD_BYTES);
  });

  it.each([
    ["a frame longer than its message", "0a05080112"],
    ["data longer than its frame", "0a0408011205"],
    ["a length of 4 GiB", "0affffffff0f"],
    ["a number that does not end", "0a0c08ffffffffffffffffffff01"],
    ["a channel of more than 32 bits", "0a06088080808010"],
    ["a code of 65 bytes", `0a430801 2241${"61".repeat(65)}`.replaceAll(" ", "")],
    ["a wire type that there is none of", "0f"],
  ])("refuses %s", (_what, hex) => {
    expect(() => [...decodeRelayBatch(Buffer.from(hex, "hex"))]).toThrow(GatewayError);
  });

  it("passes over fields and kinds of a later version", () => {
    const frame = "0a06 0801 4a02 6162".replaceAll(" ", "");
    expect([...decodeRelayBatch(Buffer.from(`${frame}120161`, "hex"))]).toEqual([]);
  });

  it("throws nothing but GatewayError, whatever arrives", () => {
    const frames = fc.array(anyFrame, { minLength: 1 }).map(encodeFrames);
    const damaged = fc.tuple(frames, fc.nat(), fc.nat(255), fc.nat()).map(([message, at, byte, cut]) => {
      message[at % message.length] = byte;
      return message.subarray(0, cut % (message.length + 1));
    });
    fc.assert(
      fc.property(fc.oneof(anyBytes, damaged), (message) => {
        try {
          for (const frame of decodeRelayBatch(message)) expect(frame.kind).toBeTypeOf("string");
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

function messageOf(frames: readonly RelayFrame[]): RelayBatch {
  return create(RelayBatchSchema, {
    frames: frames.map((frame): MessageInitShape<typeof RelayFrameSchema> => {
      switch (frame.kind) {
        case "data":
          return {
            channel: frame.channel,
            kind: { case: "data", value: new Uint8Array(frame.bytes) },
            starved: frame.starved,
          };
        case "end":
          return { channel: frame.channel, kind: { case: "end", value: true } };
        case "reset":
          return { channel: frame.channel, kind: { case: "reset", value: frame.code } };
        case "credit":
          return { channel: frame.channel, kind: { case: "credit", value: frame.credit } };
        case "echo":
        case "echoed":
          return { kind: { case: frame.kind, value: frame.nonce } };
      }
    }),
  });
}
