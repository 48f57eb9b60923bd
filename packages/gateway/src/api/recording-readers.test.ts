import { describe, expect, it } from "vitest";
import { RecordingReaders } from "./recording-readers.ts";

describe("RecordingReaders", () => {
  it("lets one caller have so many and no more, and others still", () => {
    const readers = new RecordingReaders();
    const own = Array.from({ length: 20 }, () => readers.enter("local/alice"));
    expect(() => readers.enter("local/alice")).toThrow(expect.objectContaining({ code: "api/rate-limited" }));
    readers.enter("local/bob")();
    own[0]?.();
    readers.enter("local/alice");
  });

  it("bounds them all", () => {
    const readers = new RecordingReaders();
    const leave = Array.from({ length: 200 }, (_, index) => readers.enter(`local/${index % 10}`));
    expect(() => readers.enter("local/other")).toThrow(/at the moment/);
    leave[0]?.();
    readers.enter("local/other");
  });
});
