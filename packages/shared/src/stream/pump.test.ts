import { describe, expect, it } from "vitest";
import { GatewayError } from "../errors.ts";
import { ByteQueue } from "./byte-queue.ts";
import type { ByteStream } from "./byte-stream.ts";
import { joinStreams, pump } from "./pump.ts";

describe("pump", () => {
  it("reads no further than the receiver has room", async () => {
    const from = new ScriptedStream();
    const to = new ScriptedStream();
    const room = Promise.withResolvers<void>();
    to.room = room.promise;
    from.incoming.push(Buffer.from("a"));
    const pumping = pump(from, to);
    await Promise.resolve();
    await Promise.resolve();
    from.incoming.push(Buffer.from("b"));
    from.incoming.finish();
    expect(to.written).toEqual(["a"]);
    to.room = undefined;
    room.resolve();
    await pumping;
    expect(to.written).toEqual(["a", "b", "end"]);
  });
});

describe("joining streams", () => {
  it("goes on in one direction when the other has ended", async () => {
    const [left, right] = [new ScriptedStream(), new ScriptedStream()];
    const joined = joinStreams(left, right);
    left.incoming.finish();
    right.incoming.push(Buffer.from("late"));
    right.incoming.finish();
    expect(await joined).toBeUndefined();
    expect(left.written).toEqual(["late", "end"]);
    expect(right.written).toEqual(["end"]);
  });

  it("drops both as soon as one breaks, with its reason", async () => {
    const [left, right] = [new ScriptedStream(), new ScriptedStream()];
    const joined = joinStreams(left, right);
    left.incoming.finish(new GatewayError("server/lost", "gone"));
    expect(await joined).toMatchObject({ code: "server/lost" });
    expect([left.destroyed, right.destroyed]).toMatchObject([{ code: "server/lost" }, { code: "server/lost" }]);
  });
});

/** A stream whose peer is the test. */
class ScriptedStream implements ByteStream {
  readonly incoming = new ByteQueue(() => undefined);
  readonly written: string[] = [];
  readonly closed = new Promise<void>(() => undefined);
  room: Promise<void> | undefined;
  destroyed: Error | undefined;

  read(): Promise<Buffer | undefined> {
    return this.incoming.read();
  }

  write(bytes: Uint8Array): Promise<void> | undefined {
    this.written.push(Buffer.from(bytes).toString());
    return this.room;
  }

  end(): void {
    this.written.push("end");
  }

  destroy(reason?: Error): void {
    this.destroyed = reason;
    this.incoming.finish(reason);
  }
}
