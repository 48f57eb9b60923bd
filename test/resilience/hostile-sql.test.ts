import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { costlyTexts } from "../support/costly-texts.ts";
import { startRoad, type Road } from "../support/road.ts";
import { sideOf, WireClient } from "../support/wire-client.ts";
import { connectWatched, type WatchedClient } from "../support/watched-client.ts";

/** Tells objects apart, so that every statement is followed to its columns. */
const policy = {
  policy: "masking",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [{ allow: ["session", "transaction"] }, { allow: ["read", "insert"], on: ["public.*"] }],
  masks: [{ columns: ["public.people.mail"], with: "email" }],
};

const texts = costlyTexts({ table: "people", number: "id", text: "mail" });

/** Text that is no UTF-8, or holds what no text may. */
const bytes = [
  ["a NUL in its middle", Buffer.from("select mail\0 from people")],
  ["half of a pair of surrogates", Buffer.from([...Buffer.from("select '"), 0xed, 0xa0, 0x80, 0x27])],
  [
    "a pair of surrogates, each for itself",
    Buffer.from([...Buffer.from("select '"), 0xed, 0xa0, 0xbd, 0xed, 0xb2, 0xa9, 0x27]),
  ],
  ["half of a character", Buffer.from([...Buffer.from("select 'x"), 0xe2, 0x82])],
  ["a character longer than it need be", Buffer.from([...Buffer.from("select "), 0xc0, 0xa7, 0x31, 0xc0, 0xa7])],
  ["a character beyond Unicode", Buffer.from([...Buffer.from("select '"), 0xf4, 0x90, 0x80, 0x80, 0x27])],
] as const;

/** A Query message around these bytes. */
function queryOf(text: Buffer): Buffer {
  const head = Buffer.from("Q\0\0\0\0");
  head.writeInt32BE(text.length + 5, 1);
  return Buffer.concat([head, text, Buffer.alloc(1)]);
}

/** What the process may hold more after many texts than before them. */
const ROOM_BYTES = 512 * 1024 * 1024;

let road: Road;
let bystander: WatchedClient;

beforeAll(async () => {
  road = await startRoad({ policies: [policy] });
  const owner = new pg.Client(road.server.url);
  await owner.connect();
  await owner.query("create table people (id int, mail text); insert into people values (-1, 'ada@shop.com')");
  await owner.end();
  bystander = await connectWatched(await road.urlFor({ name: "alice" }));
});
afterAll(async () => {
  await bystander[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

describe("a text that is made to be costly", () => {
  it.each(texts)("$what: it is answered, and so are others meanwhile", async ({ sql }) => {
    await using session = await connectWatched(await road.urlFor({ name: "bob" }));
    const state = { isOver: false };
    const answered = session.client
      .query(sql)
      .then(
        () => "rows",
        (error: unknown) => (error instanceof pg.DatabaseError ? "refused" : error),
      )
      .finally(() => {
        state.isOver = true;
      });
    let served = 0;
    while (!state.isOver) {
      expect((await bystander.client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
      served++;
    }
    expect(served).toBeGreaterThan(0);
    expect(["rows", "refused"]).toContain(await answered);
    expect((await session.client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it.each(bytes)("%s: it is refused, and nobody else is harmed", async (_, text) => {
    await using session = await WireClient.connect(sideOf("through", await road.urlFor({ name: "bob" })));
    session.send(queryOf(text));
    expect((await session.until("E")).body.toString("latin1")).toMatch(/sallyport|protocol/);
    expect((await bystander.client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  it("does no harm when it comes a hundred times over, nor do those that were read leave much behind", async () => {
    await using session = await connectWatched(await road.urlFor({ name: "bob" }));
    const before = process.memoryUsage().rss;
    for (let time = 0; time < 100; time++) {
      const sql = `select ${time}${"+id".repeat(100_000)} from people`;
      await expect(session.client.query(sql)).rejects.toThrow("sallyport");
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(ROOM_BYTES);
    expect((await bystander.client.query("select mail from people where id = -1")).rows).toEqual([
      { mail: "a***@***.com" },
    ]);
  });
});
