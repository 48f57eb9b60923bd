import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GatewayError } from "@sallyport/shared/errors";
import type { Framer } from "@sallyport/shared/frame";
import { chunksOf, everySplit } from "../../../test/support/every-split.ts";
import { CONTINUATION, EMPTY } from "./frame-limits.ts";
import { createMysqlFramer } from "./framer.ts";
import { client, message, server } from "./inspector/testing/packets.ts";
import { payloadOf } from "./packet-frame.ts";

type Side = "client" | "server";

const FULL = 2 ** 24 - 1;

interface Seen {
  readonly tag: number;
  readonly bytes: Buffer;
}

/** What a framer makes of chunks: each message with its bytes, pieces joined. Checks on the way that pieces come in order. */
function messagesOf(side: Side, chunks: readonly Buffer[]): readonly Seen[] {
  const framer = createMysqlFramer(side);
  const messages: Seen[] = [];
  let open: Buffer[] | undefined;
  for (const chunk of chunks) {
    framer.push(chunk);
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
      const isFirst = frame.part === "whole" || frame.part === "first";
      const isLast = frame.part === "whole" || frame.part === "last";
      expect(open === undefined).toBe(isFirst);
      open = [...(open ?? []), Buffer.from(frame.chunk.subarray(frame.start, frame.end))];
      expect(framer.atBoundary).toBe(isLast);
      if (!isLast) continue;
      messages.push({ tag: frame.tag, bytes: Buffer.concat(open) });
      open = undefined;
    }
  }
  expect(framer.isEmpty).toBe(true);
  return messages;
}

const conversations: readonly (readonly [name: string, side: Side, messages: readonly Buffer[]])[] = [
  ["commands", "client", [client.query("select 1"), client.ping(), client.prepare("select ?"), client.quit()]],
  ["long data", "client", [client.longData(1, 0, "some of it"), client.longData(1, 0, ""), client.execute(1)]],
  ["a file", "client", [client.query("load"), client.file(2, "rows"), client.file(3, "more"), client.file(4, "")]],
  ["a result", "server", [server.columns(1, 1), server.column(2), server.eof(3), server.row(4, "a"), server.eof(5)]],
  ["commands nobody knows", "client", [client.command(0x77), client.command(0xff), client.ping()]],
];

describe("frames", () => {
  it.each(conversations)("of %s are the same however they arrive", (_, side, messages) => {
    for (const chunks of everySplit(Buffer.concat(messages))) {
      expect(messagesOf(side, chunks).map(({ bytes }) => bytes)).toEqual(messages);
    }
  });

  it("are the same under any cut", () => {
    const anyMessage = fc
      .tuple(fc.nat(255), fc.nat(120), fc.nat(255))
      .map(([sequence, length, byte]) => message(sequence, Buffer.alloc(length, byte)));
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
        expect(messagesOf("server", chunks).map((one) => one.bytes)).toEqual(messages);
      }),
    );
  });

  it("are views of the chunk where they fit into it", () => {
    const chunk = Buffer.concat([server.row(4, "one"), server.row(5, "two")]);
    const framer = createMysqlFramer("server");
    framer.push(chunk);
    expect(framer.next()).toMatchObject({ start: 0, end: 8, part: "whole" });
    const second = framer.next();
    expect(second?.chunk).toBe(chunk);
    expect(second).toMatchObject({ start: 8, end: 16, part: "whole" });
  });

  it("let go of what they were views of once the flow rests", () => {
    const framer = createMysqlFramer("server");
    const frame = nextAfter(framer, server.row(4, "one"));
    expect(frame?.chunk).toHaveLength(8);
    expect(framer.next()).toBeUndefined();
    expect(frame?.chunk).toHaveLength(0);
  });

  it("that are needed whole are joined; rows and long data are handed on as they come", () => {
    const query = client.query("x".repeat(100_000));
    const texts = createMysqlFramer("client");
    for (const chunk of chunksOf(query, 30_000).slice(0, -1)) expect(nextAfter(texts, chunk)).toBeUndefined();
    expect(texts.atBoundary).toBe(true);
    expect(texts.isEmpty).toBe(false);
    expect(nextAfter(texts, query.subarray(90_000))).toMatchObject({ start: 0, end: query.length, part: "whole" });

    for (const [side, bytes] of [
      ["server", server.row(4, "x".repeat(100_000))],
      ["client", client.longData(1, 0, "x".repeat(100_000))],
    ] as const) {
      const framer = createMysqlFramer(side);
      const parts = chunksOf(bytes, 30_000).map((chunk) => nextAfter(framer, chunk)?.part);
      expect(parts).toEqual(["first", "middle", "middle", "last"]);
      expect(framer.atBoundary).toBe(true);
    }
  });

  it("that go in pieces have enough in the first one to know what they are", () => {
    const framer = createMysqlFramer("client");
    const bytes = client.longData(1, 0, "x".repeat(1000));
    expect(nextAfter(framer, bytes.subarray(0, 12))).toBeUndefined();
    expect(nextAfter(framer, bytes.subarray(12, 30))).toMatchObject({ part: "first", start: 0, end: 30 });
  });
});

describe("messages of several packets", () => {
  const sizes = [FULL - 1, FULL, FULL + 1, 2 * FULL];

  it.each(sizes)("a query of %d bytes is one frame, whose payload is joined", (size) => {
    const text = Buffer.alloc(size - 1, "q");
    const bytes = client.query(text);
    const framer = createMysqlFramer("client");
    const frames = chunksOf(Buffer.concat([bytes, client.ping()]), 5_000_000).flatMap((chunk) => {
      const found = nextAfter(framer, chunk);
      return found === undefined ? [] : [found];
    });
    expect(frames).toHaveLength(1);
    const [frame] = frames;
    if (frame === undefined) throw new Error("no frame");
    expect(frame.end - frame.start).toBe(bytes.length);
    const payload = payloadOf(frame, "protocol/malformed").rest();
    expect(payload.length).toBe(size);
    expect(payload.subarray(1).equals(text)).toBe(true);
    expect(framer.next()).toMatchObject({ tag: 0x0e, part: "whole" });
  });

  it.each(sizes)("a row of %d bytes is relayed in pieces, unchanged", (size) => {
    const row = message(7, Buffer.alloc(size, "r"));
    const seen = messagesOf("server", chunksOf(Buffer.concat([row, server.eof(9)]), 1_000_003));
    expect(seen).toHaveLength(2);
    expect(seen[0]?.bytes.equals(row)).toBe(true);
    expect(seen[1]?.tag).toBe(0xfe);
  });

  it("may be cut anywhere, also within a header", () => {
    const row = message(7, Buffer.alloc(FULL + 5, "r"));
    for (const cut of [FULL + 3, FULL + 4, FULL + 5, FULL + 7, FULL + 8, FULL + 9]) {
      const seen = messagesOf("server", [row.subarray(0, cut), row.subarray(cut)]);
      expect(seen[0]?.bytes.equals(row)).toBe(true);
    }
  });

  it.each([
    ["client", client.query(Buffer.alloc(FULL + 5)), "protocol/out-of-order"],
    ["server", message(3, Buffer.alloc(FULL + 5)), "server/malformed"],
  ] as const)("whose packets are not numbered on end a %s", (side, bytes, code) => {
    const lie = Buffer.from(bytes);
    lie.writeUInt8(9, FULL + 4 + 3);
    expect(faultOf(side, lie)).toBe(code);
  });

  it("are numbered on from 255 with 0", () => {
    const row = message(255, Buffer.alloc(FULL + 5));
    expect(row[FULL + 4 + 3]).toBe(0);
    expect(messagesOf("server", [row])).toHaveLength(1);
  });
});

describe("a client's file", () => {
  it("is told from commands by sequence ids, also when they come round", () => {
    const pieces = Array.from({ length: 600 }, (_, at) => client.file((at + 2) % 256, "\u0001row"));
    const end = client.file(602 % 256, "");
    const tags = messagesOf("client", [Buffer.concat([client.query("load"), ...pieces, end, client.ping()])]).map(
      ({ tag }) => tag,
    );
    expect(tags.slice(1, 601).every((tag) => tag === CONTINUATION)).toBe(true);
    expect([tags[0], ...tags.slice(601)]).toEqual([0x03, EMPTY, 0x0e]);
  });

  it("that ends with the last id leaves the next command a command", () => {
    const pieces = Array.from({ length: 253 }, (_, at) => client.file(at + 2, "row"));
    const seen = messagesOf("client", [Buffer.concat([...pieces, client.file(255, ""), client.ping()])]);
    expect(seen.at(-1)?.tag).toBe(0x0e);
  });
});

describe("hostile headers", () => {
  it("of a text go no further than 64 MiB over all of its packets", () => {
    const limit = 64 * 1024 * 1024;
    const bytes = message(0, [0x03], Buffer.alloc(limit - 1));
    expect(faultOf("client", bytes)).toBeUndefined();
    const packets = Math.floor(limit / FULL);
    const last = packets * (FULL + 4);
    const lie = Buffer.from(bytes.subarray(0, last + 4));
    lie.writeUIntLE(limit - packets * FULL + 1, last, 3);
    expect(faultOf("client", lie)).toBe("protocol/too-large");
  });

  it.each([0x02, 0x0e, 0x19, 0x11, 0x77])("command %d has at most 64 KiB", (tag) => {
    expect(faultOf("client", header(64 * 1024 + 1, 0, tag))).toBe("protocol/too-large");
    expect(faultOf("client", header(64 * 1024, 0, tag))).toBeUndefined();
  });

  it("cost no memory before the bytes are there", () => {
    const before = process.memoryUsage().arrayBuffers;
    const framers = Array.from({ length: 200 }, () => createMysqlFramer("client"));
    for (const framer of framers) expect(nextAfter(framer, header(FULL, 0, 0x03))).toBeUndefined();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024);
  });
});

describe("arbitrary bytes", () => {
  it.each(["client", "server"] as const)("from a %s make frames or a GatewayError", (side) => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), (chunks) => {
        const framer = createMysqlFramer(side);
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

function header(length: number, sequence: number, first: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUIntLE(length, 0, 3);
  bytes.writeUInt8(sequence, 3);
  bytes.writeUInt8(first, 4);
  return bytes;
}

function nextAfter(framer: Framer, chunk: Buffer): ReturnType<Framer["next"]> {
  framer.push(chunk);
  return framer.next();
}

function faultOf(side: Side, bytes: Buffer): string | undefined {
  try {
    const framer = createMysqlFramer(side);
    framer.push(bytes);
    while (framer.next() !== undefined);
    return undefined;
  } catch (error) {
    return error instanceof GatewayError ? error.code : "not a GatewayError";
  }
}
