import { viewOf } from "@sallyport/shared/bytes/piece";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageSplice } from "./message-splice.ts";

const TAG = 0x44;
const pattern = Buffer.from(Array.from({ length: 199 }, (_, at) => 255 - at));
const noise = Buffer.from(Array.from({ length: 60_000 }, (_, at) => (at * 7 + (at >> 8)) % 251));
const length = fc.oneof(fc.nat(40), fc.nat(600), fc.nat(40_000));
/** Some bytes that stay, and what comes in the place of some behind them. */
const part = fc.record({ kept: length, replaced: length, by: length });
/** The parts of one message, and how many bytes lie in front of it and stay behind its last part. */
const message = fc.record({ before: fc.nat(20), parts: fc.array(part, { maxLength: 4 }), rest: length });

interface Wanted {
  readonly before: number;
  readonly parts: readonly { readonly kept: number; readonly replaced: number; readonly by: number }[];
  readonly rest: number;
}

describe("MessageSplice", () => {
  it("makes each message of its parts, and writes over none that it gave before, however long they are", () => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 20 }), (wanted) => {
        const splice = new MessageSplice();
        const given = wanted.map((one) => spliced(splice, one));
        expect(given.every((one, index) => one.equals(expected(wanted[index])))).toBe(true);
      }),
      { numRuns: 100 },
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

/** The message as the splice makes it: a view of where it lies. */
function spliced(splice: MessageSplice, { before, parts, rest }: Wanted): Buffer {
  const body = bodyOf({ before, parts, rest });
  splice.begin(body, before);
  let at = before;
  for (const { kept, replaced, by } of parts) {
    splice.replace(at + kept, at + kept + replaced);
    splice.bytes(noise.subarray(0, by));
    at += kept + replaced;
  }
  const made = splice.finish(TAG, body.length);
  expect(made === undefined).toBe(parts.length === 0);
  return viewOf(made ?? splice.message(TAG, body, before, body.length));
}

function expected(wanted: Wanted | undefined): Buffer {
  if (wanted === undefined) return Buffer.alloc(0);
  const body = bodyOf(wanted);
  const pieces: Buffer[] = [];
  let at = wanted.before;
  for (const { kept, replaced, by } of wanted.parts) {
    pieces.push(body.subarray(at, at + kept), noise.subarray(0, by));
    at += kept + replaced;
  }
  return messageOf(Buffer.concat([...pieces, body.subarray(at)]));
}

/** Bytes that differ from those that come in their place. */
function bodyOf({ before, parts, rest }: Wanted): Buffer {
  const bytes = parts.reduce((sum, { kept, replaced }) => sum + kept + replaced, before + rest);
  return Buffer.alloc(bytes, pattern);
}

function messageOf(said: Buffer): Buffer {
  const header = Buffer.alloc(5, TAG);
  header.writeInt32BE(4 + said.length, 1);
  return Buffer.concat([header, said]);
}
