import fc from "fast-check";
import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { GatewayError } from "../errors.ts";
import { INITIAL_CREDIT_BYTES } from "./credit-window.ts";
import { decodeRelayBatch } from "./decode-relay-batch.ts";
import { encodeFrames } from "./testing/encode-frames.ts";
import { MAX_BATCH_BYTES, RelayMultiplexer } from "./relay-multiplexer.ts";
import type { RelayFrame } from "./relay-frame.ts";

describe("RelayMultiplexer", () => {
  it("sends what many channels have in one message", async () => {
    const { relay, messages } = held();
    for (let number = 1; number <= 50; number += 1) void relay.open(number).write(Buffer.from(`channel ${number}`));
    await turn();
    expect(messages).toHaveLength(1);
    expect(framesOf(messages)).toHaveLength(50);
  });

  it("sends at once for a channel that was the last to send alone", async () => {
    const { relay, messages, takeAll } = held();
    const channel = relay.open(1);
    void channel.write(Buffer.from("first"));
    await turn();
    takeAll();
    void channel.write(Buffer.from("second"));
    expect(framesOf(messages)).toMatchObject([
      { kind: "data", bytes: Buffer.from("first") },
      { kind: "data", bytes: Buffer.from("second") },
    ]);
  });

  it("keeps messages within their size, and no more than two before the link took one", async () => {
    const { relay, messages, takeAll } = held();
    void relay.open(1).write(Buffer.alloc(INITIAL_CREDIT_BYTES));
    await turn();
    expect(messages).toHaveLength(2);
    for (let round = 0; round < 10; round += 1) takeAll();
    expect(Math.max(...messages.map((message) => message.length))).toBeLessThanOrEqual(MAX_BATCH_BYTES);
    expect(dataOf(framesOf(messages), 1).length).toBe(INITIAL_CREDIT_BYTES);
  });

  it("lets a small frame pass a bulk of data that was written before", async () => {
    const { relay, messages, takeAll } = held();
    const bulk = relay.open(1);
    const small = relay.open(2);
    void bulk.write(Buffer.alloc(INITIAL_CREDIT_BYTES));
    await turn();
    void small.write(Buffer.from("small"));
    takeAll();
    expect(framesOf(messages.slice(2, 3)).some((frame) => frame.kind === "data" && frame.channel === 2)).toBe(true);
  });

  it("sends no more than the peer has room for, goes on with new credit, and says that it had waited", async () => {
    const { relay, messages, drain } = held();
    const channel = relay.open(1);
    const waiting = channel.write(Buffer.alloc(INITIAL_CREDIT_BYTES + 10));
    await drain();
    expect(dataOf(framesOf(messages), 1).length).toBe(INITIAL_CREDIT_BYTES);
    const sentBefore = messages.length;
    relay.receive(encodeFrames([{ kind: "credit", channel: 1, credit: 100 }]));
    await drain();
    await waiting;
    expect(framesOf(messages.slice(sentBefore))).toEqual([
      { kind: "data", channel: 1, bytes: Buffer.alloc(10), starved: true },
    ]);
  });

  it("resets a channel whose peer sends beyond its credit, and keeps the others", async () => {
    const { relay, messages, drain } = held();
    const greedy = relay.open(1);
    const other = relay.open(2);
    for (let sent = 0; sent <= INITIAL_CREDIT_BYTES; sent += 64 * 1024) {
      relay.receive(encodeFrames([{ kind: "data", channel: 1, bytes: Buffer.alloc(64 * 1024), starved: false }]));
    }
    await drain();
    expect(framesOf(messages)).toEqual([{ kind: "reset", channel: 1, code: "protocol/out-of-order" }]);
    await expect(greedy.read()).rejects.toMatchObject({ code: "protocol/out-of-order" });
    relay.receive(encodeFrames([{ kind: "data", channel: 2, bytes: Buffer.from("on"), starved: false }]));
    expect(String(await other.read())).toBe("on");
  });

  it("resets a channel whose peer gives more credit than any window has", async () => {
    const { relay, messages, drain } = held();
    relay.open(1);
    relay.receive(encodeFrames([{ kind: "credit", channel: 1, credit: 0xffff_ffff }]));
    await drain();
    expect(framesOf(messages)).toMatchObject([{ kind: "reset", channel: 1 }]);
  });

  it("ends after the last data, and is done when both sides have ended", async () => {
    const { relay, messages, drain } = held();
    const channel = relay.open(1);
    void channel.write(Buffer.from("last"));
    channel.end();
    await drain();
    expect(framesOf(messages)).toMatchObject([{ kind: "data" }, { kind: "end" }]);
    relay.receive(
      encodeFrames([
        { kind: "data", channel: 1, bytes: Buffer.from("too"), starved: false },
        { kind: "end", channel: 1 },
      ]),
    );
    await channel.closed;
    expect(relay.channelCount).toBe(0);
    expect(String(await channel.read())).toBe("too");
    expect(await channel.read()).toBeUndefined();
  });

  it("sends what a destroyed channel had taken before its reset, for it may explain the reason", async () => {
    const { relay, messages, drain } = held();
    const channel = relay.open(1);
    void channel.write(Buffer.from("FATAL"));
    channel.destroy(new GatewayError("server/lost", "gone"));
    await drain();
    expect(framesOf(messages)).toMatchObject([
      { kind: "data", bytes: Buffer.from("FATAL") },
      { kind: "reset", code: "server/lost" },
    ]);
    await channel.closed;
  });

  it("breaks a channel with the code of the peer's reset, after what came before it", async () => {
    const { relay } = held();
    const channel = relay.open(1);
    relay.receive(
      encodeFrames([
        { kind: "data", channel: 1, bytes: Buffer.from("last words"), starved: false },
        { kind: "reset", channel: 1, code: "server/malformed" },
      ]),
    );
    expect(String(await channel.read())).toBe("last words");
    await expect(channel.read()).rejects.toMatchObject({ code: "server/malformed" });
    await expect(channel.write(Buffer.from("x"))).rejects.toMatchObject({ code: "server/malformed" });
  });

  it("fails waiting readers and writers when the tunnel breaks", async () => {
    const { relay } = held();
    const channel = relay.open(1);
    const reading = channel.read();
    const writing = channel.write(Buffer.alloc(INITIAL_CREDIT_BYTES * 2));
    const outcomes = Promise.allSettled([reading, writing]);
    relay.break(new GatewayError("tunnel/agent-lost", "gone"));
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: "tunnel/agent-lost" } });
    await channel.closed;
    await expect(relay.open(2).read()).rejects.toMatchObject({ code: "tunnel/agent-lost" });
  });

  it("answers an echo, ahead of data", async () => {
    const { relay, messages, drain } = held();
    void relay.open(1).write(Buffer.from("data"));
    relay.receive(encodeFrames([{ kind: "echo", nonce: 7 }]));
    await drain();
    expect(framesOf(messages)[0]).toEqual({ kind: "echoed", nonce: 7 });
    const echo = relay.echo();
    await drain();
    relay.receive(encodeFrames([{ kind: "echoed", nonce: 1 }]));
    await echo;
  });

  it("survives any frames in any order with bounded memory", async () => {
    const channel = fc.integer({ min: 0, max: 3 });
    const frame: fc.Arbitrary<RelayFrame> = fc.oneof(
      fc.record({
        kind: fc.constant("data" as const),
        channel,
        bytes: fc.nat(100_000).map((size) => Buffer.alloc(size)),
        starved: fc.boolean(),
      }),
      fc.record({ kind: fc.constant("end" as const), channel }),
      fc.record({ kind: fc.constant("reset" as const), channel, code: fc.constantFrom("server/lost", "no/such-code") }),
      fc.record({ kind: fc.constant("credit" as const), channel, credit: fc.nat(0xffff_ffff) }),
      fc.record({ kind: fc.constantFrom("echo" as const, "echoed" as const), nonce: fc.nat(10) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 60 }), async (frames) => {
        const { relay, drain } = held();
        const channels = [1, 2, 3].map((number) => relay.open(number));
        for (const stream of channels) stream.write(Buffer.alloc(1000))?.catch(() => undefined);
        for (const each of frames) relay.receive(encodeFrames([each]));
        await drain();
        relay.break(new GatewayError("tunnel/agent-lost", "over"));
        for (const stream of channels) expect(await unreadBytes(stream)).toBeLessThanOrEqual(INITIAL_CREDIT_BYTES * 2);
      }),
      { numRuns: 200 },
    );
  });
});

/** A multiplexer whose messages stay with the test until it takes them off the link. */
function held() {
  const messages: Buffer[] = [];
  let waiting: (() => void)[] = [];
  const relay = new RelayMultiplexer({
    lostCode: "tunnel/agent-lost",
    send: (message, sent) => {
      // a copy: the memory is used again
      messages.push(Buffer.from(message));
      waiting.push(sent);
    },
  });
  const takeAll = () => {
    const taken = waiting;
    waiting = [];
    for (const sent of taken) sent();
  };
  const drain = async () => {
    for (let before = -1; before !== messages.length;) {
      before = messages.length;
      await turn();
      takeAll();
      await turn();
    }
  };
  return { relay, messages, takeAll, drain };
}

function framesOf(messages: readonly Buffer[]): RelayFrame[] {
  return messages.flatMap((message) => [...decodeRelayBatch(message)]);
}

function dataOf(frames: readonly RelayFrame[], channel: number): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => (frame.kind === "data" && frame.channel === channel ? [frame.bytes] : [])),
  );
}

async function unreadBytes(stream: { read(): Promise<Buffer | undefined> }): Promise<number> {
  let total = 0;
  try {
    for (let bytes = await stream.read(); bytes !== undefined; bytes = await stream.read()) total += bytes.length;
  } catch (error) {
    expect(error).toBeInstanceOf(GatewayError);
  }
  return total;
}
