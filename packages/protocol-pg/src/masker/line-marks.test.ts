import { dataViewOf } from "@sallyport/shared/bytes/copy-bytes";
import fc from "fast-check";
import { expect, it } from "vitest";
import { lineMarks, nextMark } from "./line-marks.ts";

it("finds the first of three bytes, wherever it lies and whatever stands around it", () => {
  const marks = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255));
  const cases = marks.chain((three) => {
    // what differs from a mark by one or by its highest bit is where looking at whole words goes wrong
    const near = three.flatMap((mark) => [mark, mark ^ 1, mark ^ 0x80, (mark + 1) & 255, (mark + 255) & 255]);
    const byte = fc.oneof(fc.constantFrom(...near, 0, 1, 0x7f, 0x80, 0xff), fc.nat(255));
    const bytes = fc.array(byte, { maxLength: 40 });
    return fc.record({ three: fc.constant(three), bytes, before: fc.nat(12), behind: fc.nat(6) });
  });
  fc.assert(
    fc.property(cases, ({ three, bytes, before, behind }) => {
      const start = Math.min(before, bytes.length);
      const end = Math.max(start, bytes.length - behind);
      const found = nextMark(dataViewOf(Buffer.from(bytes)), start, end, lineMarks(...three));
      const expected = bytes.findIndex((byte, at) => at >= start && at < end && three.includes(byte));
      expect(found).toBe(expected === -1 ? end : expected);
    }),
    { numRuns: 2_000 },
  );
});
