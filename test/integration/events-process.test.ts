import { readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Part } from "@sallyport/cli/demo/child-process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startProcessRoad, type ProcessRoad } from "../support/process-road.ts";
import { until } from "../support/until.ts";
import { connectOnceServed, connectWatched, failureOf } from "../support/watched-client.ts";
import { receivedEvents, type ReceivedEvent } from "../support/webhook-receiver.ts";

const opened = new AsyncDisposableStack();
const lines = z.array(z.looseObject({}));

let road: ProcessRoad;
let gateway: Part;
let file: string;

beforeAll(async () => {
  road = opened.use(
    await startProcessRoad({ events: { to: [{ sink: "stdout" }, { sink: "file", path: "events/all" }] } }),
  );
  file = join(road.folder, "events", "all");
  gateway = await road.startGateway();
  await road.startAgent();
});
afterAll(() => opened.disposeAsync());

/** Of sessions and statements: what there is to keep when a gateway starts is told of too. */
async function eventsIn(path: string): Promise<readonly ReceivedEvent[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  const parsed = lines.parse(
    text
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line): unknown => JSON.parse(line)),
  );
  const events = receivedEvents.parse(parsed.filter((line) => "class_uid" in line));
  return events.filter(({ class_uid }) => class_uid === 3002 || class_uid === 6005);
}

describe("a gateway's process", () => {
  it("writes each event once among the log's lines and once into the file", async () => {
    await using session = await connectOnceServed(road.url);
    await failureOf(session.client.query("selekt 1"));
    const wrong = new URL(road.url);
    wrong.password = "canary";
    await failureOf(connectWatched(wrong.href));
    const isWrong = ({ status_code }: Partial<ReceivedEvent>): boolean => status_code === "login/failed";
    await until(async () => (await eventsIn(file)).some(isWrong) && (await eventsIn(road.gatewayLog)).some(isWrong));
    const found = await eventsIn(file);
    expect(await eventsIn(road.gatewayLog)).toEqual(found);
    // logins that came before the agent may have been refused
    const told = found.map(({ class_uid, status_code }) => [class_uid, status_code]);
    expect(told.slice(-3)).toEqual([
      [3002, undefined],
      [6005, "policy/unreadable"],
      [3002, "login/failed"],
    ]);
    expect(await readFile(road.gatewayLog, "utf8")).not.toContain("canary");
  });

  it("opens the file anew at SIGHUP, and does not end", async () => {
    const before = await eventsIn(file);
    await rename(file, `${file}.1`);
    process.kill(gateway.pid, "SIGHUP");
    await using session = await connectOnceServed(road.url);
    await session.client.query("select 1");
    await until(async () => (await eventsIn(file)).length === 1);
    expect(await eventsIn(`${file}.1`)).toEqual(before);
  });

  it("delivers what waits before it ends", async () => {
    await using session = await connectOnceServed(road.url);
    await failureOf(session.client.query("selekt 2"));
    process.kill(gateway.pid, "SIGTERM");
    await gateway.exited;
    expect((await eventsIn(file)).at(-1)?.class_uid).toBe(6005);
  });
});
