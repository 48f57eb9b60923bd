import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Part } from "@sallyport/cli/demo/child-process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startProcessRoad, type ProcessRoad } from "../support/process-road.ts";
import { readRecordings } from "../support/read-recordings.ts";
import { containing } from "../support/text-matchers.ts";
import { until } from "../support/until.ts";
import { connectOnceServed, connectWatched, failureOf } from "../support/watched-client.ts";

const NOT_RECORDED = {
  code: "58030",
  severity: "FATAL",
  message: "sallyport: The session cannot be recorded, so nothing more is allowed.",
};

const ROOM_BYTES = 100_000;

let road: ProcessRoad;
let gateway: Part;

beforeAll(async () => {
  road = await startProcessRoad({ server: { settings: { log_statement: "all" } } });
  gateway = await road.startGateway();
  await road.startAgent();
});

afterAll(() => road[Symbol.asyncDispose]());

/** No file of the gateway's may grow beyond this, its log's neither: what a full disk does, for root as for anybody. */
async function limitFiles(bytes: number | "unlimited"): Promise<void> {
  await promisify(execFile)("prlimit", ["--pid", String(gateway.pid), `--fsize=${bytes}:`]);
}

describe("a disk that is full", () => {
  it("stops every statement before the server sees it, ends sessions with a clear error, and is survived", async () => {
    await using first = await connectOnceServed(road.url);
    await using second = await connectOnceServed(road.url);
    await using idle = await connectOnceServed(road.url);
    await second.client.query("BEGIN");
    const prepared = { name: "p", text: "SELECT 'prepared before' WHERE $1", values: [true] };
    await second.client.query(prepared);
    // How a statement ended is written a moment later; a session that could not write that has failed too.
    await until(() => readRecordings(road.recordings).every(({ lines }) => lines.at(-1)?.type === "outcome"));
    await limitFiles(0);

    expect(await failureOf(first.client.query("SELECT 'never seen'"))).toMatchObject(NOT_RECORDED);
    expect(await failureOf(second.client.query(prepared))).toMatchObject(NOT_RECORDED);
    expect(await failureOf(connectWatched(road.url))).toMatchObject(NOT_RECORDED);

    await limitFiles("unlimited");
    await idle.client.query("SELECT 'seen'");
    await using again = await connectWatched(road.url);
    await again.client.query("SELECT 'seen again'");
    const log = await readFile(road.server.logFile, "utf8");
    expect(log).not.toContain("never seen");
    expect(log.match(/prepared before/g)).toHaveLength(1);
    expect(log).toContain("seen again");
  });

  it("may cut a line short, whose statement was not seen", async () => {
    await using session = await connectOnceServed(road.url);
    await limitFiles(ROOM_BYTES);
    let count = 0;
    const statements = async (): Promise<void> => {
      for (;;) {
        count += 1;
        await session.client.query(`SELECT '${`number ${count};`.repeat(1_000)}'`);
      }
    };
    expect(await failureOf(statements())).toMatchObject(NOT_RECORDED);
    await limitFiles("unlimited");
    const torn = readRecordings(road.recordings).filter((recording) => recording.torn !== "");
    expect(torn.map((recording) => recording.torn)).toEqual([containing(`number ${count};`)]);
    expect(await readFile(road.server.logFile, "utf8")).not.toContain(`number ${count};`);
  });
});

describe("a folder of recordings that cannot be made", () => {
  it("lets nobody in, and says why", async () => {
    // below a file, where not even root can make a folder
    await using closed = await startProcessRoad({ recordings: join(process.execPath, "recordings") });
    await closed.startGateway();
    await closed.startAgent();
    expect(await failureOf(connectOnceServed(closed.url))).toMatchObject(NOT_RECORDED);
  });
});
