import type { ByteStream } from "../stream/byte-stream.ts";
import { describe, expect, it } from "vitest";
import { assertTellable } from "./assert-tellable.ts";

function serverWith(settings: Record<string, string>) {
  const dropped: (Error | undefined)[] = [];
  const stream: ByteStream = {
    read: () => Promise.resolve(undefined),
    write: () => undefined,
    end: () => undefined,
    destroy: (reason) => dropped.push(reason),
    closed: Promise.resolve(),
  };
  return { dropped, session: { stream, facts: { version: "18.0", settings } } };
}

describe("what a server says of itself", () => {
  it("is told where it is as long as servers make it", () => {
    const { dropped, session } = serverWith({ search_path: "x".repeat(1_000), TimeZone: "UTC" });
    assertTellable(session);
    expect(dropped).toEqual([]);
  });

  it("drops that server alone where it would end the tunnel of all others", () => {
    const { dropped, session } = serverWith(
      Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`x${at}`, "y".repeat(60_000)])),
    );
    expect(() => assertTellable(session)).toThrow(/server\/malformed/);
    expect(dropped).toHaveLength(1);
  });
});
