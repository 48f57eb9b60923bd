import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EventQueue } from "@sallyport/gateway/events/event-queue";
import { ocsfEvent } from "@sallyport/gateway/events/ocsf-event";
import { openSink } from "@sallyport/gateway/events/open-sink";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { memoryLog, type MemoryLog } from "../support/memory-log.ts";
import { startOtlpCollector, type OtlpCollector } from "../support/otlp-collector.ts";
import { makeTunnelCertificates } from "../support/tunnel-certificates.ts";
import { until } from "../support/until.ts";

let opened: AsyncDisposableStack;
let collector: OtlpCollector;
let log: MemoryLog;
let caFile: string;
let tokenFile: string;

const counts = { delivered: 0, dropped: 0 };

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-otlp-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = opened.use(await makeTunnelCertificates());
  collector = opened.use(await startOtlpCollector(certificates.gateway));
  log = memoryLog();
  caFile = join(folder, "ca.crt");
  tokenFile = join(folder, "token");
  await writeFile(caFile, certificates.ca);
  await writeFile(tokenFile, "Bearer first\n");
  Object.assign(counts, { delivered: 0, dropped: 0 });
});
afterEach(() => opened.disposeAsync());

/** As a gateway opens it. */
async function queue(more: { readonly authorization?: string } = {}): Promise<EventQueue> {
  const sink = await openSink({ sink: "otlp", url: collector.url, caFile, queueEvents: 1_000, ...more });
  const made = new EventQueue({
    sink,
    log,
    firstRetryMs: 20,
    onCounted: (result, count) => {
      counts[result] += count;
    },
  });
  opened.defer(() => made.close(0));
  return made;
}

function event(number: number): string {
  const draft = { class: "authentication", activity: { id: 1, name: "Logon" }, severity: "Low" } as const;
  return JSON.stringify(ocsfEvent({ ...draft, status: "Success", attributes: {} }, new Date(), String(number)));
}

const uids = () => collector.requests.flatMap((request) => request.uids);

describe("an OpenTelemetry collector", () => {
  it("gets every event once, in order, where its address says and with what authorizes", async () => {
    const made = await queue({ authorization: `file:${tokenFile}` });
    for (let number = 0; number < 250; number += 1) made.put(event(number));
    await until(() => counts.delivered === 250);
    expect(uids()).toEqual(Array.from({ length: 250 }, (_, index) => String(index)));
    for (const { path, headers } of collector.requests) {
      expect(path).toBe("/v1/logs");
      expect(headers).toMatchObject({ "content-type": "application/json", authorization: "Bearer first" });
    }
  });

  it("that takes a part is not sent that part again, and what it refused is counted and said", async () => {
    collector.answer = (index) => ({
      status: 200,
      // 64-bit integers are text in OTLP's JSON
      ...(index === 0 ? { body: '{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"no"}}' } : {}),
    });
    const made = await queue();
    for (let number = 0; number < 5; number += 1) made.put(event(number));
    await until(() => counts.delivered + counts.dropped === 5);
    expect(counts).toEqual({ delivered: 3, dropped: 2 });
    expect(uids()).toHaveLength(5);
    expect(log.lines).toMatchObject([
      {
        level: "error",
        event: "events.dropped",
        fields: { sink: "otlp", count: 2, reason: "the receiver took a part" },
      },
    ]);
  });

  it.each(["", "thanks", "[]", '{"partialSuccess":{}}', '{"partialSuccess":{"rejectedLogRecords":"many"}}'])(
    "that answers 200 and %j has taken all",
    async (body) => {
      collector.answer = () => ({ status: 200, body });
      const made = await queue();
      made.put(event(0));
      await until(() => counts.delivered === 1);
      expect(log.lines).toEqual([]);
    },
  );

  it("that cannot take events now is asked again; what it never will take is dropped", async () => {
    collector.answer = (index) => ({ status: [503, 200, 400, 200][index] ?? 200 });
    const made = await queue();
    made.put(event(0));
    await until(() => counts.delivered === 1);
    made.put(event(1));
    await until(() => counts.dropped === 1);
    made.put(event(2));
    await until(() => counts.delivered === 2);
    expect(uids()).toEqual(["0", "0", "1", "2"]);
    expect(log.lines.find(({ event: name }) => name === "events.delayed")?.fields).toMatchObject({
      sink: "otlp",
      host: new URL(collector.url).host,
      reason: "the receiver answered 503",
    });
  });

  it("that refuses a token is sent the new one as soon as it is there", async () => {
    collector.answer = (index) => ({
      status: collector.requests[index]?.headers.authorization === "Bearer new" ? 200 : 401,
    });
    const made = await queue({ authorization: `file:${tokenFile}` });
    made.put(event(0));
    await until(() => collector.requests.length > 0);
    await writeFile(tokenFile, "Bearer new\n");
    await until(() => counts.delivered === 1);
    expect(JSON.stringify(log.lines)).not.toMatch(/first|Bearer/);
  });

  it("is not started with what cannot be read", async () => {
    await expect(queue({ authorization: `file:${tokenFile}.none` })).rejects.toThrow(
      "events cannot be sent as configured",
    );
  });
});
