import { pieceOf, viewOf } from "@sallyport/shared/bytes/piece";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageSplice } from "./message-splice.ts";

const TAG = 0x44;
const body = fc.integer({ min: 0, max: 40_000 }).map((length) => Buffer.alloc(length, length));
const replacement = fc.integer({ min: 0, max: 60_000 }).map((length) => Buffer.alloc(length, 0x78));

describe("MessageSplice", () => {
  it("writes over no message that it gave before, however long they are", () => {
    const messages = fc.array(fc.tuple(body, fc.option(replacement)), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(messages, (wanted) => {
        const splice = new MessageSplice();
        const given = wanted.map(([from, by]) => {
          splice.begin(from, 0);
          if (by === null) return viewOf(splice.finish(TAG, from.length) ?? splice.message(TAG, from, 0, from.length));
          const half = from.length >> 1;
          splice.replace(half, from.length);
          splice.bytes(by);
          return viewOf(splice.finish(TAG, from.length) ?? pieceOf(Buffer.alloc(0)));
        });
        const expected = wanted.map(([from, by]) =>
          messageOf(by === null ? from : Buffer.concat([from.subarray(0, from.length >> 1), by])),
        );
        expect(given.every((message, index) => message.equals(expected[index] ?? Buffer.alloc(0)))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it("puts short ones side by side", () => {
    const splice = new MessageSplice();
    const { chunk, end } = splice.message(TAG, Buffer.from("_one_"), 1, 4);
    const other = splice.message(TAG, Buffer.from("other"), 0, 5);
    expect(other.chunk).toBe(chunk);
    expect(other.start).toBe(end);
    expect(viewOf({ chunk, start: 0, end: other.end })).toEqual(
      Buffer.concat([messageOf(Buffer.from("one")), messageOf(Buffer.from("other"))]),
    );
  });

  it("begins anew where a message was not finished", () => {
    const splice = new MessageSplice();
    splice.begin(Buffer.from("first"), 0);
    splice.replace(0, 2);
    splice.bytes(Buffer.from("secret"));
    expect(viewOf(splice.message(TAG, Buffer.from("second"), 0, 6))).toEqual(messageOf(Buffer.from("second")));
  });
});

function messageOf(said: Buffer): Buffer {
  const header = Buffer.alloc(5, TAG);
  header.writeInt32BE(4 + said.length, 1);
  return Buffer.concat([header, said]);
}
