import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { residentMegabytes } from "../bench/process-usage.ts";
import { send } from "../support/pg-client-messages.ts";
import { startProcessSides, type ProcessSides } from "../support/process-sides.ts";
import { watchActivity } from "../support/server-activity.ts";
import { told } from "../support/told.ts";
import { WireClient, type Side } from "../support/wire-client.ts";

const MEGABYTE = 1_000_000;
/** Rows of no bytes to two thousand. */
const TABLE = `create unlogged table bulk as
  select i as id, repeat(chr(97 + i % 26), (i * 7919) % 2000) as v, i % 3 = 0 as b, null::text as n from generate_series(1, 102000) i`;
const SUM = "select count(*), sum(id), sum(hashtext(v)), sum(length(v)), count(n) from ";

/** Rows of 1 KB, rows of 1 MB and one of 300 MB: a gigabyte. */
const GIGABYTE = `select repeat('x', size) from (
  select 1000 as size from generate_series(1, 175000) union all select 1000000 from generate_series(1, 175)
  union all select 300000000 union all select 1000000 from generate_series(1, 175)
  union all select 1000 from generate_series(1, 175000)) as sizes`;
/** Where the reader stands still until the server can send no more; one of them is inside the large value. */
const STANDSTILLS = [50, 300, 500, 800].map((megabytes) => megabytes * MEGABYTE);
const MAX_GROWTH_MB = 150;

/** ReadyForQuery, outside of a transaction. */
const READY = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

let stack: ProcessSides;

beforeAll(async () => {
  stack = await startProcessSides();
  await using admin = await WireClient.connect(stack.sides.direct);
  await admin.query(TABLE);
});

afterAll(() => stack[Symbol.asyncDispose]());

interface Flow {
  readonly bytes: number;
  readonly hash: string;
  readonly chunks: readonly Buffer[];
}

/** Reads an answer as the bytes that it is. `onBytes` is told how many have come, and reading goes on when it resolves. */
async function readFlow(client: WireClient, keep: boolean, onBytes?: (bytes: number) => Promise<void>): Promise<Flow> {
  const hash = createHash("sha256");
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (let tail = Buffer.alloc(0); !tail.equals(READY);) {
    const chunk = await client.chunk();
    if (chunk === undefined) throw new Error(`the connection ended after ${bytes} bytes`);
    hash.update(chunk);
    if (keep) chunks.push(chunk);
    bytes += chunk.length;
    tail = Buffer.concat([tail, chunk.subarray(-READY.length)]).subarray(-READY.length);
    await onBytes?.(bytes);
  }
  return { bytes, hash: hash.digest("hex"), chunks };
}

async function copyOut(side: Side, format: string, keep: boolean): Promise<Flow> {
  await using client = await WireClient.connect(side);
  client.send(send.query(`copy bulk to stdout (format ${format})`));
  return await readFlow(client, keep);
}

/** The CopyData messages of a COPY TO are those of a COPY FROM. */
function dataMessages({ chunks }: Flow): Buffer {
  const flow = Buffer.concat(chunks);
  let start = 0;
  while (flow[start] !== 0x64) start += 1 + flow.readUInt32BE(start + 1);
  let end = start;
  while (flow[end] === 0x64) end += 1 + flow.readUInt32BE(end + 1);
  return flow.subarray(start, end);
}

// First, while the processes are small: what they have taken once they keep.
it("a gigabyte passes in flat memory, however slowly it is read", async () => {
  await using direct = await WireClient.connect(stack.sides.direct);
  direct.send(send.query(GIGABYTE));
  const expected = await readFlow(direct, false);
  expect(expected.bytes).toBeGreaterThan(1_000 * MEGABYTE);

  await using activity = await watchActivity(stack.road.server.url);
  await using client = await WireClient.connect(stack.sides.through);
  const parts = [stack.gateway, stack.agent];
  const before = parts.map(({ pid }) => residentMegabytes(pid));
  const standstills = [...STANDSTILLS];
  let growth: readonly number[] = [];
  client.send(send.query(GIGABYTE));
  const flow = await readFlow(client, false, async (bytes) => {
    if (bytes < (standstills[0] ?? Infinity)) return;
    standstills.shift();
    await activity.until((sessions) => sessions.some(({ wait }) => wait === "ClientWrite"));
    growth = parts.map(({ pid }, at) => Math.max(growth[at] ?? 0, residentMegabytes(pid) - (before[at] ?? 0)));
  });
  expect(standstills).toEqual([]);
  expect({ bytes: flow.bytes, hash: flow.hash }).toEqual({ bytes: expected.bytes, hash: expected.hash });
  for (const [at, { name }] of parts.entries())
    expect(growth[at], `growth of the ${name}, in MB`).toBeLessThan(MAX_GROWTH_MB);
});

it.each(["text", "csv", "binary"])("100 MB of COPY in %s pass unchanged, out and in", async (format) => {
  const direct = await copyOut(stack.sides.direct, format, true);
  expect(direct.bytes).toBeGreaterThan(100 * MEGABYTE);
  const { bytes, hash } = await copyOut(stack.sides.through, format, false);
  expect({ bytes, hash }).toEqual({ bytes: direct.bytes, hash: direct.hash });

  await using client = await WireClient.connect(stack.sides.through);
  await client.query("drop table if exists back; create unlogged table back (like bulk)");
  client.send(send.query(`copy back from stdin (format ${format})`));
  const data = dataMessages(direct);
  for (let at = 0; at < data.length; at += MEGABYTE) await client.sendAll(data.subarray(at, at + MEGABYTE));
  client.send(send.copyDone());
  expect(told(await client.untilReady()).slice(1)).toEqual(['C "COPY 102000\\u0000"', 'Z "I"']);
  expect(told(await client.query(`${SUM} back`))).toEqual(told(await client.query(`${SUM} bulk`)));
});
