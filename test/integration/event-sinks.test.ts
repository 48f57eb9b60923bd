import { appendFile, mkdtemp, open, readFile, rename, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventQueue, type EventQueueOptions } from "@sallyport/gateway/events/event-queue";
import type { EventSink } from "@sallyport/gateway/events/event-sink";
import { createFileSink } from "@sallyport/gateway/events/file-sink";
import { openSink } from "@sallyport/gateway/events/open-sink";
import { createStdoutSink } from "@sallyport/gateway/events/stdout-sink";
import { createWebhookSink } from "@sallyport/gateway/events/webhook-sink";
import { Secret } from "@sallyport/shared/secret";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryLog, type MemoryLog } from "../support/memory-log.ts";
import { makeTunnelCertificates } from "../support/tunnel-certificates.ts";
import { until } from "../support/until.ts";
import { isSigned, startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";

const SECRET = "of the receiver and the gateway";

let folder: string;
let log: MemoryLog;
let opened: AsyncDisposableStack;

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  folder = await mkdtemp(join(tmpdir(), "sallyport-events-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  log = memoryLog();
});
afterEach(() => opened.disposeAsync());

function event(number: number): string {
  return JSON.stringify({ class_uid: 6005, metadata: { uid: String(number) } });
}

function numbersIn(text: string): readonly string[] {
  return [...text.matchAll(/"uid":"(\d+)"/g)].map(([, uid = ""]) => uid);
}

const upTo = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => String(index));

describe("a webhook", () => {
  let receiver: WebhookReceiver;
  let ca: string;

  beforeEach(async () => {
    const certificates = opened.use(await makeTunnelCertificates());
    ({ ca } = certificates);
    receiver = opened.use(await startWebhookReceiver(certificates.gateway));
  });

  function queue(options: Partial<EventQueueOptions> = {}, more: { timeoutMs?: number; ca?: string } = {}): EventQueue {
    const readSecret = async (): Promise<Secret<string>> => new Secret(SECRET);
    const sink = createWebhookSink({ url: new Secret(receiver.url), readSecret, ca, ...more });
    const made = new EventQueue({ sink, log, firstRetryMs: 20, ...options });
    opened.defer(() => made.close(0));
    return made;
  }

  const uids = (): readonly string[] => receiver.events.map(({ metadata }) => metadata.uid);

  it("gets every event once, in order, signed, one request at a time", async () => {
    const made = queue();
    for (let number = 0; number < 250; number += 1) made.put(event(number));
    await until(() => receiver.events.length === 250);
    expect(uids()).toEqual(upTo(250));
    expect(receiver.deliveries.length).toBeLessThan(10);
    expect(receiver.mostAtOnce).toBe(1);
    for (const delivery of receiver.deliveries) {
      expect(isSigned(delivery, SECRET)).toBe(true);
      expect(isSigned(delivery, "another")).toBe(false);
      expect(isSigned({ ...delivery, body: `${delivery.body} ` }, SECRET)).toBe(false);
    }
  });

  it("is asked again with the same delivery until it takes it, and what comes later waits behind", async () => {
    receiver.answer = (index) => ({ status: index < 2 ? 503 : 200 });
    const made = queue();
    made.put(event(0));
    await until(() => receiver.deliveries.length > 0);
    made.put(event(1));
    await until(() => receiver.events.length === 2);
    expect(uids()).toEqual(["0", "1"]);
    const ids = receiver.deliveries.map(({ headers }) => headers["sallyport-delivery"]);
    expect(ids.slice(0, 3)).toEqual([ids[0], ids[0], ids[0]]);
    expect(ids[3]).not.toBe(ids[0]);
    expect(log.lines.map(({ event: name }) => name)).toEqual(["events.delayed", "events.resumed"]);
    expect(log.lines[0]?.fields.reason).toBe("the receiver answered 503");
  });

  it("that does not answer in time is asked again, and holds nobody up", async () => {
    receiver.answer = async (index) => {
      if (index === 0) await new Promise((resolve) => setTimeout(resolve, 600));
      return { status: 200 };
    };
    const made = queue({}, { timeoutMs: 200 });
    const before = performance.now();
    for (let number = 0; number < 1_000; number += 1) made.put(event(number));
    expect(performance.now() - before).toBeLessThan(200);
    await until(() => uids().includes("999"));
    expect(log.lines.find(({ event: name }) => name === "events.delayed")?.fields.reason).toBe(
      "no answer within 200 ms",
    );
  });

  it("that is away loses what comes beyond the queue, counted and said, and nothing that waited", async () => {
    receiver.answer = () => ({ status: 503 });
    const counts = { delivered: 0, dropped: 0 };
    const made = queue({
      maxEvents: 5,
      onCounted: (result, count) => {
        counts[result] += count;
      },
    });
    for (let number = 0; number < 8; number += 1) made.put(event(number));
    expect(counts).toEqual({ delivered: 0, dropped: 3 });
    receiver.answer = () => ({ status: 200 });
    await until(() => counts.delivered === 5);
    expect(uids()).toEqual(upTo(5));
    expect(counts).toEqual({ delivered: 5, dropped: 3 });
    const dropped = log.lines.filter(({ event: name }) => name === "events.dropped");
    expect(dropped.map(({ level, fields }) => [level, fields.count])).toEqual([
      ["error", 1],
      ["error", 2],
    ]);
  });

  it("that refuses events for good loses those alone", async () => {
    receiver.answer = (index) => ({ status: index === 0 ? 422 : 200 });
    const made = queue();
    made.put(event(0));
    await until(() => receiver.deliveries.length === 1);
    made.put(event(1));
    await until(() => receiver.events.length === 1);
    expect(uids()).toEqual(["1"]);
    expect(log.lines).toMatchObject([
      { event: "events.dropped", fields: { count: 1, reason: "the receiver answered 422", sink: "webhook" } },
    ]);
  });

  it("with a certificate that nobody knows gets nothing", async () => {
    const readSecret = async (): Promise<Secret<string>> => new Secret(SECRET);
    const sink = createWebhookSink({ url: new Secret(receiver.url), readSecret, ca: undefined });
    const made = new EventQueue({ sink, log, firstRetryMs: 20 });
    made.put(event(0));
    await log.until("events.delayed");
    await made.close(0);
    expect(receiver.deliveries).toEqual([]);
    expect(log.lines.at(-1)).toMatchObject({ event: "events.dropped", fields: { count: 1 } });
  });

  it("is not opened without its secret, nor at an address that is not encrypted", async () => {
    const config = { sink: "webhook", url: receiver.url, secret: "env:NO_SUCH_SECRET", queueEvents: 1 } as const;
    await expect(openSink(config)).rejects.toThrow("env:NO_SUCH_SECRET: the environment has no such variable");
    process.env["EVENTS_TEST_URL"] = "http://user:canary@siem.example.com/";
    const plain = openSink({ ...config, url: "env:EVENTS_TEST_URL" });
    await expect(plain).rejects.toThrow("what env:EVENTS_TEST_URL gives is no https URL");
    await expect(plain).rejects.not.toThrow("canary");
    delete process.env["EVENTS_TEST_URL"];
  });
});

describe("a file", () => {
  let path: string;
  let queue: EventQueue;

  beforeEach(() => {
    path = join(folder, "made", "events.jsonl");
    queue = new EventQueue({ sink: createFileSink(path), log, firstRetryMs: 20 });
    opened.defer(() => queue.close(0));
  });

  const numbers = async (file = path): Promise<readonly string[]> =>
    numbersIn(await readFile(file, "utf8").catch(() => ""));

  async function put(...events: readonly number[]): Promise<void> {
    for (const number of events) queue.put(event(number));
    await until(() => queue.size === 0);
  }

  it("gets a line an event and can be read by the gateway's user alone", async () => {
    await put(0, 1, 2);
    expect(await readFile(path, "utf8")).toBe(`${event(0)}\n${event(1)}\n${event(2)}\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("that was moved away is made anew; so is one that was removed or cut", async () => {
    await put(0);
    await rename(path, `${path}.1`);
    await put(1);
    await rm(path);
    await put(2);
    expect([await numbers(`${path}.1`), await numbers()]).toEqual([["0"], ["2"]]);
    await truncate(path);
    await put(3);
    expect(await readFile(path, "utf8")).toBe(`${event(3)}\n`);
  });

  it("is opened anew when that is asked for", async () => {
    await put(0);
    queue.reopen();
    await put(1);
    expect(await numbers()).toEqual(["0", "1"]);
  });

  it("in which somebody was killed at half a line goes on with a whole one", async () => {
    await put(0);
    await appendFile(path, '{"class_uid":');
    queue.reopen();
    await put(1);
    expect(await readFile(path, "utf8")).toBe(`${event(0)}\n{"class_uid":\n${event(1)}\n`);
  });

  it("that cannot be written to is tried again", async () => {
    queue = new EventQueue({ sink: createFileSink(folder), log, firstRetryMs: 20 });
    queue.put(event(0));
    expect((await log.until("events.delayed")).fields).toMatchObject({ sink: "file", file: folder });
    await queue.close(0);
    expect(log.lines.at(-1)).toMatchObject({ event: "events.dropped", fields: { count: 1 } });
  });
});

describe("standard output", () => {
  it("gets a line an event", async () => {
    const path = join(folder, "stdout");
    const file = await open(path, "a");
    const queue = new EventQueue({ sink: createStdoutSink(file.fd), log });
    queue.put(event(0));
    queue.put(event(1));
    await until(() => queue.size === 0);
    await file.close();
    expect(await readFile(path, "utf8")).toBe(`${event(0)}\n${event(1)}\n`);
  });
});

describe("the end", () => {
  it("waits for what can still be carried out, and no longer than it may", async () => {
    const taken: string[] = [];
    const slow: EventSink = {
      kind: "stdout",
      place: "slow",
      deliver: async (events) => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        taken.push(...events);
        return { kind: "taken" };
      },
      close: async () => undefined,
    };
    const queue = new EventQueue({ sink: slow, log });
    for (let number = 0; number < 150; number += 1) queue.put(event(number));
    await queue.close(5_000);
    expect(taken).toHaveLength(150);
    const never: EventSink = { ...slow, deliver: () => new Promise(() => undefined) };
    const stuck = new EventQueue({ sink: never, log });
    stuck.put(event(0));
    await stuck.close(50);
    expect(log.lines).toMatchObject([{ event: "events.dropped", fields: { count: 1, reason: "the gateway ends" } }]);
  });
});
