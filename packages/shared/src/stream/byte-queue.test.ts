import { describe, expect, it } from "vitest";
import { ByteQueue } from "./byte-queue.ts";

/** Everything that is queued, chunk by chunk. */
async function readAll(queue: ByteQueue): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for (let chunk = await queue.read(); chunk !== undefined; chunk = await queue.read()) chunks.push(chunk);
  return chunks;
}

describe("chunks that wait", () => {
  it("are joined where they are small, so that single bytes cost no object each", async () => {
    const queue = new ByteQueue(() => undefined);
    const bytes = Buffer.from(Array.from({ length: 40_000 }, (_, at) => at % 251));
    for (const [at] of bytes.entries()) queue.push(bytes.subarray(at, at + 1));
    expect(queue.queuedBytes).toBe(bytes.length);
    queue.finish();
    const chunks = await readAll(queue);
    expect(Buffer.concat(chunks)).toEqual(bytes);
    expect(chunks.length).toBeLessThan(10);
  });

  it("stay in order and unchanged between large ones, readings and bytes put back", async () => {
    const queue = new ByteQueue(() => undefined);
    const large = Buffer.alloc(5_000, "L");
    queue.push(Buffer.from("a"));
    queue.push(Buffer.from("b"));
    const first = await queue.read();
    queue.push(Buffer.from("c"));
    queue.push(large);
    queue.push(Buffer.from("d"));
    queue.unread(Buffer.from("x"));
    queue.push(Buffer.from("e"));
    queue.finish();
    const rest = Buffer.concat(await readAll(queue));
    expect(first?.toString()).toBe("ab");
    expect(rest.toString()).toBe(`xc${large.toString()}de`);
    expect(queue.queuedBytes).toBe(0);
  });

  it("do not keep a large message alive for a few bytes of it", async () => {
    const queue = new ByteQueue(() => undefined);
    const message = Buffer.alloc(1024 * 1024);
    queue.push(message.subarray(0, 5_000));
    expect((await queue.read())?.buffer.byteLength).toBeLessThan(message.length);
  });
});
