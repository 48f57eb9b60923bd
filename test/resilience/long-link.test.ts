import { pipeline } from "node:stream/promises";
import { Readable, Writable } from "node:stream";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_CREDIT_BYTES } from "@sallyport/shared/tunnel/credit-window";
import { startDelayedLink, type DelayedLink } from "../support/delayed-link.ts";
import { postgresOptions } from "../support/postgres-options.ts";
import { startRoad, type Road } from "../support/road.ts";

/** So long that a whole window is on its way before the first credit is back, however slow the machine. */
const ONE_WAY_MS = 50;
const MiB = 1024 * 1024;
const BULK_BYTES = 96 * MiB;
const LINE = Buffer.from(`${"x".repeat(1023)}\n`);
/** Far more than a session's first credit, and than the 64 KiB that HTTP/2 begins with. */
const FULL_LINK_BYTES = MAX_CREDIT_BYTES / 2;

let road: Road;
let link: DelayedLink;
let sql: postgres.Sql;

beforeAll(async () => {
  road = await startRoad({
    via: async (tunnelPort) => {
      link = await startDelayedLink(tunnelPort, ONE_WAY_MS);
      return link.port;
    },
  });
  sql = postgres(postgresOptions(await road.urlFor({ name: "alice" })));
});

afterAll(async () => {
  await sql.end();
  await road[Symbol.asyncDispose]();
  await link[Symbol.asyncDispose]();
});

// The agent dials through the link, so what flows to the link's server comes from the database.
describe("COPY between a client and a database that are 50 ms apart", () => {
  it("keeps the link full on its way to the client", async () => {
    const rows = BULK_BYTES / LINE.length;
    const copy = sql`COPY (SELECT repeat('x', 1023) FROM generate_series(1, ${sql.unsafe(String(rows))})) TO STDOUT`;
    let received = 0;
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        received += chunk.length;
        done();
      },
    });
    await pipeline(await copy.readable(), sink);
    expect(received).toBe(BULK_BYTES);
    expect(link.mostInFlight.toServer).toBeGreaterThan(FULL_LINK_BYTES);
  });

  it("keeps the link full on its way to the database", async () => {
    await sql`CREATE TEMPORARY TABLE bulk (line text)`;
    const block = Buffer.concat(Array.from({ length: 64 }, () => LINE));
    const blocks = Readable.from(Array.from({ length: BULK_BYTES / block.length }, () => block));
    await pipeline(blocks, await sql`COPY bulk FROM STDIN`.writable());
    expect(await sql`SELECT count(*)::int AS lines FROM bulk`).toEqual([{ lines: BULK_BYTES / LINE.length }]);
    expect(link.mostInFlight.toClient).toBeGreaterThan(FULL_LINK_BYTES);
  });
});
