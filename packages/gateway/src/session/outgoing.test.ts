import type { Piece } from "@sallyport/shared/bytes/piece";
import type { ByteStream } from "@sallyport/shared/stream/byte-stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Outgoing } from "./outgoing.ts";

const KiB = 1024;

/** A stream that keeps what is written, view for view. */
class KeepingStream implements ByteStream {
  readonly written: Uint8Array[] = [];
  readonly closed = new Promise<void>(() => undefined);
  /** What the next writes answer. */
  readonly waits: (Promise<void> | undefined)[] = [];
  read = () => Promise.resolve(undefined);
  end = () => undefined;
  destroy = () => undefined;
  write(bytes: Uint8Array): Promise<void> | undefined {
    this.written.push(bytes);
    return this.waits.shift();
  }
}

function piece(chunk: Buffer, start: number, end: number): Piece {
  return { chunk, start, end };
}

function created(beforeWrite: () => void = () => undefined) {
  const stream = new KeepingStream();
  return { stream, outgoing: new Outgoing(stream, beforeWrite) };
}

describe("what goes out", () => {
  it("is one view of the bytes that came in, where frames lie side by side", () => {
    const { stream, outgoing } = created();
    const chunk = Buffer.from("__abcdef__");
    for (const [start, end] of [
      [2, 4],
      [4, 5],
      [5, 8],
    ] as const)
      outgoing.piece(piece(chunk, start, end));
    void outgoing.flush();
    const [view] = stream.written;
    expect(stream.written).toHaveLength(1);
    expect(String(view)).toBe(String(chunk.subarray(2, 8)));
    expect([view?.buffer, view?.byteOffset]).toEqual([chunk.buffer, chunk.byteOffset + 2]);
  });

  it("leaves out what lies between frames, and does not join frames of different chunks", () => {
    const { stream, outgoing } = created();
    outgoing.piece(piece(Buffer.from("ab_cd"), 0, 2));
    outgoing.piece(piece(Buffer.from("ab_cd"), 3, 5));
    outgoing.piece(piece(Buffer.from("xxxxxyz"), 5, 7));
    void outgoing.flush();
    expect(Buffer.concat(stream.written).toString()).toBe("abcdyz");
  });

  it("is copied together only while that is cheap", () => {
    const { stream, outgoing } = created();
    const large = Buffer.alloc(64 * KiB);
    outgoing.bytes(Buffer.from("head"));
    outgoing.bytes(large);
    void outgoing.flush();
    expect([stream.written[1]?.buffer, stream.written[1]?.length]).toEqual([large.buffer, large.length]);
    outgoing.bytes(Buffer.from("a"));
    outgoing.bytes(Buffer.from("b"));
    void outgoing.flush();
    expect(stream.written.slice(2).map(String)).toEqual([String(Buffer.from("ab"))]);
  });

  it("leaves in few writes, though rewritten pieces stand between those that pass", () => {
    const { stream, outgoing } = created();
    const chunk = Buffer.alloc(256 * KiB);
    for (let at = 0; at < chunk.length; at += KiB) {
      outgoing.piece(piece(chunk, at, at + KiB / 2));
      outgoing.bytes(Buffer.from("rewritten"));
    }
    void outgoing.flush();
    expect(stream.written).toHaveLength(3);
  });

  it("keeps its order, and is announced before each writing, however it is mixed", () => {
    const sent = fc.record({
      kind: fc.constantFrom("frame", "gap", "bytes", "flush"),
      size: fc.integer({ min: 1, max: 40 * KiB }),
    });
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 30 }), fc.infiniteStream(fc.nat(255)), (pieces, noise) => {
        const chunk = Buffer.alloc(30 * 40 * KiB, Buffer.from([...noise.take(97)]));
        let announced = 0;
        const { stream, outgoing } = created(() => {
          announced = stream.written.length + 1;
        });
        const expected: Buffer[] = [];
        let at = 0;
        for (const { kind, size } of pieces) {
          const bytes = chunk.subarray(at, at + size);
          at += size;
          if (kind === "flush") void outgoing.flush();
          if (kind === "frame") outgoing.piece(piece(chunk, at - size, at));
          if (kind === "bytes") outgoing.bytes(bytes);
          if (kind === "frame" || kind === "bytes") expected.push(bytes);
        }
        const before = stream.written.length;
        void outgoing.flush();
        if (stream.written.length > before) expect(announced).toBe(before + 1);
        expect(Buffer.concat(stream.written).equals(Buffer.concat(expected))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  it("is nothing, and announced to nobody, where nothing was gathered", () => {
    let announced = 0;
    const { stream, outgoing } = created(() => {
      announced += 1;
    });
    expect(outgoing.flush()).toBeUndefined();
    expect([stream.written.length, announced]).toEqual([0, 0]);
  });

  it("is not written when the announcement fails", () => {
    const { stream, outgoing } = created(() => {
      throw new Error("not recorded");
    });
    outgoing.bytes(Buffer.from("x"));
    expect(() => outgoing.flush()).toThrow("not recorded");
    expect(() => outgoing.flush()).not.toThrow();
    expect(stream.written).toEqual([]);
  });

  it("waits for every piece that the peer was not ready for", async () => {
    const { stream, outgoing } = created();
    const rooms = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    stream.waits.push(rooms[0]?.promise, rooms[1]?.promise);
    outgoing.bytes(Buffer.alloc(40 * KiB));
    outgoing.bytes(Buffer.alloc(40 * KiB));
    let done = false;
    const flushed = outgoing.flush()?.then(() => {
      done = true;
    });
    rooms[1]?.resolve();
    await rooms[1]?.promise;
    expect(done).toBe(false);
    rooms[0]?.resolve();
    await flushed;
    expect(done).toBe(true);
  });
});
