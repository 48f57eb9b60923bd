import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import type { Framer } from "@sallyport/shared/frame";
import { chunksOf, everySplit } from "../../../test/support/every-split.ts";
import { MAX_MESSAGE_BYTES } from "./frame-limits.ts";
import { createMongoFramer } from "./framer.ts";

type Side = "client" | "server";

const OP_MSG = 2013;
const OP_QUERY = 2004;

function message(opCode: number, bodyBytes: number): Buffer {
  return Buffer.concat([header(opCode, bodyBytes + 16), Buffer.alloc(bodyBytes, opCode)]);
}

function header(opCode: number, length: number): Buffer {
  const bytes = Buffer.alloc(16, 1);
  bytes.writeInt32LE(length, 0);
  bytes.writeInt32LE(opCode, 12);
  return bytes;
}

/** What a framer makes of chunks: each message with its bytes. */
function messagesOf(side: Side, chunks: readonly Buffer[]): readonly string[] {
  const framer = createMongoFramer(side);
  const messages: string[] = [];
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
      const bytes = frame.chunk.subarray(frame.start, frame.end);
      expect(frame).toMatchObject({ part: "whole", tag: bytes.readInt32LE(12) });
      messages.push(bytes.toString("hex"));
    }
  }
  expect(framer.isEmpty).toBe(true);
  return messages;
}

describe("frames", () => {
  it("are the same however they arrive", () => {
    const messages = [message(OP_QUERY, 20), message(OP_MSG, 30), message(OP_MSG, 0), message(OP_MSG, 5)];
    const expected = messages.map((bytes) => bytes.toString("hex"));
    for (const chunks of everySplit(Buffer.concat(messages))) expect(messagesOf("client", chunks)).toEqual(expected);
  });

  it("are the same under any cut", () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.nat(200)), cuts, (lengths, sizes) => {
        const messages = lengths.map((length) => message(OP_MSG, length));
        const bytes = Buffer.concat(messages);
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(messagesOf("server", chunks)).toEqual(messages.map((one) => one.toString("hex")));
      }),
    );
  });

  it("are views of the chunk where they fit into it, and joined where they don't", () => {
    const chunk = Buffer.concat([message(OP_MSG, 10), message(OP_MSG, 10)]);
    const framer = createMongoFramer("server");
    framer.push(chunk);
    expect(framer.next()).toMatchObject({ chunk, start: 0, end: 26 });
    expect(framer.next()).toMatchObject({ chunk, start: 26, end: 52 });
    const large = message(OP_MSG, 100_000);
    for (const piece of chunksOf(large, 30_000).slice(0, -1)) expect(nextAfter(framer, piece)).toBeUndefined();
    expect(framer.isEmpty).toBe(false);
    expect(nextAfter(framer, large.subarray(90_000))).toMatchObject({ start: 0, end: large.length });
  });
});

describe("hostile headers", () => {
  it.each([
    ["a length below the header's", OP_MSG, 15, "protocol/malformed"],
    ["no length", OP_MSG, 0, "protocol/malformed"],
    ["a negative length", OP_MSG, -1, "protocol/malformed"],
    ["a length above the limit", OP_MSG, MAX_MESSAGE_BYTES + 1, "protocol/too-large"],
    ["the greatest length", OP_MSG, 2 ** 31 - 1, "protocol/too-large"],
    ["an old message that is long", OP_QUERY, 64 * 1024 + 1, "protocol/too-large"],
    ...[0, 1, 1000, 2001, 2002, 2005, 2006, 2007, 2010, 2011, 2012, 2014, -1].map(
      (opCode) => [`op code ${opCode}`, opCode, 64, "protocol/unsupported"] as const,
    ),
  ] as const)("%s: from a client", (_, opCode, length, code) => {
    expect(faultOf("client", header(opCode, length))).toBe(code);
    expect(faultOf("server", header(opCode, length))).toBe("server/malformed");
  });

  it("are not those of the largest message", () => {
    expect(faultOf("client", header(OP_MSG, MAX_MESSAGE_BYTES))).toBeUndefined();
    expect(faultOf("server", header(OP_MSG, MAX_MESSAGE_BYTES))).toBeUndefined();
  });

  it("cost no memory before the bytes are there", () => {
    const before = process.memoryUsage().arrayBuffers;
    const framers = Array.from({ length: 200 }, () => createMongoFramer("client"));
    for (const framer of framers) expect(nextAfter(framer, header(OP_MSG, MAX_MESSAGE_BYTES))).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });
});

describe("arbitrary bytes", () => {
  it.each(["client", "server"] as const)("from a %s make frames or a GatewayError", (side) => {
    const some = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.nat(30).map((length) => message(OP_MSG, length)),
    );
    fc.assert(
      fc.property(fc.array(some), (chunks) => {
        const framer = createMongoFramer(side);
        try {
          for (const chunk of chunks) {
            framer.push(Buffer.from(chunk));
            for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
              expect(frame.end - frame.start).toBeGreaterThanOrEqual(16);
              expect(frame.end).toBeLessThanOrEqual(frame.chunk.length);
            }
          }
        } catch (error) {
          expect(error).toBeInstanceOf(GatewayError);
        }
      }),
    );
  });
});

function nextAfter(framer: Framer, chunk: Buffer): ReturnType<Framer["next"]> {
  framer.push(chunk);
  return framer.next();
}

function faultOf(side: Side, bytes: Buffer): string | undefined {
  try {
    nextAfter(createMongoFramer(side), bytes);
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.code : "not a GatewayError";
  }
}
