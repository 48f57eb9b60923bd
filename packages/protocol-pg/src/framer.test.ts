import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import type { Framer } from "@sallyport/shared/frame";
import { chunksOf, everySplit } from "../../../test/support/every-split.ts";
import { createPgFramer } from "./framer.ts";

type Side = "client" | "server";

function message(tag: string, bodyBytes: number): Buffer {
  const bytes = Buffer.alloc(bodyBytes + 5, tag);
  bytes.writeInt32BE(bodyBytes + 4, 1);
  return bytes;
}

function header(tag: string, length: number): Buffer {
  const bytes = Buffer.alloc(5, tag);
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

/** What a framer makes of chunks: each message with its bytes, pieces joined. Checks on the way that pieces come in order. */
function messagesOf(side: Side, chunks: readonly Buffer[]): readonly string[] {
  const framer = createPgFramer(side);
  const messages: string[] = [];
  let open: Buffer | undefined;
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
      const bytes = Buffer.from(frame.chunk.subarray(frame.start, frame.end));
      const isFirst = frame.part === "whole" || frame.part === "first";
      const isLast = frame.part === "whole" || frame.part === "last";
      expect(open === undefined).toBe(isFirst);
      open = open === undefined ? bytes : Buffer.concat([open, bytes]);
      expect(frame.tag).toBe(open[0]);
      expect(framer.atBoundary).toBe(isLast);
      if (!isLast) continue;
      messages.push(open.toString("hex"));
      open = undefined;
    }
  }
  return messages;
}

const conversations: readonly (readonly [name: string, side: Side, messages: readonly Buffer[]])[] = [
  ["a simple query", "client", [message("Q", 9), message("X", 0)]],
  [
    "an extended query",
    "client",
    [message("P", 30), message("B", 12), message("D", 2), message("E", 5), message("S", 0)],
  ],
  ["a copy in", "client", [message("d", 40), message("d", 0), message("c", 0)]],
  ["a result", "server", [message("T", 25), message("D", 30), message("D", 0), message("C", 9), message("Z", 1)]],
  ["a copy out", "server", [message("H", 3), message("d", 33), message("c", 0), message("C", 7)]],
  ["messages nobody knows", "client", [message("?", 17), message("\u00ff", 0), message("S", 0)]],
];

describe("frames", () => {
  it.each(conversations)("of %s are the same however they arrive", (_, side, messages) => {
    const expected = messages.map((bytes) => bytes.toString("hex"));
    for (const chunks of everySplit(Buffer.concat(messages))) expect(messagesOf(side, chunks)).toEqual(expected);
  });

  it("are the same under any cut", () => {
    const anyMessage = fc
      .tuple(fc.constantFrom("Q", "P", "B", "d", "p", "E", "S", "?"), fc.nat(100))
      .map(([tag, size]) => message(tag, tag === "S" ? 0 : size));
    const cuts = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 });
    fc.assert(
      fc.property(fc.array(anyMessage), cuts, (messages, sizes) => {
        const bytes = Buffer.concat(messages);
        const chunks: Buffer[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const size = sizes[turn % sizes.length] ?? 1;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        expect(messagesOf("client", chunks)).toEqual(messages.map((one) => one.toString("hex")));
      }),
    );
  });

  it("are views of the chunk where they fit into it", () => {
    const chunk = Buffer.concat([message("D", 10), message("D", 10)]);
    const framer = createPgFramer("server");
    framer.push(chunk);
    expect(framer.next()).toMatchObject({ start: 0, end: 15, part: "whole" });
    const second = framer.next();
    expect(second?.chunk).toBe(chunk);
    expect(second).toMatchObject({ start: 15, end: 30, part: "whole" });
  });

  it("that are needed whole are joined; rows are handed on as they come", () => {
    const bytes = message("Q", 100_000);
    const query = createPgFramer("client");
    for (const chunk of chunksOf(bytes, 30_000).slice(0, -1)) expect(nextAfter(query, chunk)).toBeUndefined();
    expect(query.atBoundary).toBe(true);
    expect(nextAfter(query, bytes.subarray(90_000))).toMatchObject({ start: 0, end: bytes.length, part: "whole" });

    const row = createPgFramer("server");
    const parts = chunksOf(message("D", 100_000), 30_000).map((chunk) => nextAfter(row, chunk)?.part);
    expect(parts).toEqual(["first", "middle", "middle", "last"]);
    expect(row.atBoundary).toBe(true);
  });
});

describe("hostile headers", () => {
  const lengths = [0, 3, 2 ** 30, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1];

  it.each(["Q", "B", "d", "S", "?"].flatMap((tag) => lengths.map((length) => [tag, length] as const)))(
    "from a client: %s of length %d",
    (tag, length) => {
      expect(faultOf("client", header(tag, length))).toBe("protocol/malformed");
    },
  );

  it.each(["D", "E", "Z", "d", "?"].flatMap((tag) => lengths.map((length) => [tag, length] as const)))(
    "from a server: %s of length %d",
    (tag, length) => {
      expect(faultOf("server", header(tag, length))).toBe("server/malformed");
    },
  );

  it.each([
    ["Q", 16 * 1024 * 1024 + 1, "protocol/too-large"],
    ["B", 64 * 1024 * 1024 + 1, "protocol/too-large"],
    ["E", 16 * 1024 + 1, "protocol/too-large"],
    ["S", 5, "protocol/malformed"],
  ])("%s of length %d is %s", (tag, length, code) => {
    expect(faultOf("client", header(tag, length))).toBe(code);
    expect(faultOf("client", header(tag, length - 1))).toBeUndefined();
  });

  it("cost no memory before the bytes are there", () => {
    const before = process.memoryUsage().arrayBuffers;
    const framers = Array.from({ length: 200 }, () => createPgFramer("client"));
    for (const framer of framers) expect(nextAfter(framer, header("B", 60 * 1024 * 1024))).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });
});

describe("a message that comes in single bytes", () => {
  it("takes memory in proportion to its size", () => {
    const bytes = message("Q", 2_000_000);
    const framer = createPgFramer("client");
    nextAfter(framer, bytes.subarray(0, 5));
    const before = process.memoryUsage().heapUsed;
    let early = 0;
    for (let at = 5; at < bytes.length - 1; at++) {
      if (nextAfter(framer, bytes.subarray(at, at + 1)) !== undefined) early++;
    }
    expect(early).toBe(0);
    // keeping an object for each byte would take more than twice as much
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(80 * 1024 * 1024);
    expect(nextAfter(framer, bytes.subarray(-1))?.end).toBe(bytes.length);
  });
});

describe("arbitrary bytes", () => {
  it.each(["client", "server"] as const)("from a %s make frames or a GatewayError", (side) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const framer = createPgFramer(side);
        try {
          for (const chunk of chunks) {
            framer.push(Buffer.from(chunk));
            for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
              expect(frame.end).toBeGreaterThan(frame.start);
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
    nextAfter(createPgFramer(side), bytes);
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.code : "not a GatewayError";
  }
}
