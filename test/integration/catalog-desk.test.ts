import { CatalogDesk, type CatalogDeskOptions, type HeldCatalogSource } from "@sallyport/gateway/catalog/catalog-desk";
import { connectionDocument as parsed } from "@sallyport/gateway/store/documents/connection";
import { pg } from "@sallyport/protocol-pg/adapter";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestAgent } from "../support/protocol-road.ts";
import { connectionDocument, startRoad, type Road } from "../support/road.ts";
import { until } from "../support/until.ts";

/** In a test nothing is asked again by itself, unless it is about that. */
const NEVER_MS = 600_000;
const times = { probeEveryMs: NEVER_MS, retryMs: 0 };

let road: Road;
let owner: Client;
let connection: ReturnType<typeof parsed.parse>;
let names = 0;

beforeAll(async () => {
  road = await startRoad();
  connection = parsed.parse(await connectionDocument(road.folder, road.server));
  owner = new Client(road.server.url);
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await road[Symbol.asyncDispose]();
});

/** A desk of its own for each test, on the road's gateway and agent. */
function startDesk(more: CatalogDeskOptions["times"] = {}) {
  const desk = new CatalogDesk({ tunnels: road.gateway.tunnels, log: road.log, times: { ...times, ...more } });
  const sourceFor = (database = "postgres", needed = (): boolean => true): HeldCatalogSource =>
    desk.sourceFor({ adapter: pg, connection, database, needed });
  return { desk, sourceFor, [Symbol.dispose]: () => desk.close() };
}

async function newTable(): Promise<string> {
  const name = `seen_${++names}`;
  await owner.query(`create table ${name} (a int)`);
  return name;
}

const readings = (): number => road.log.lines.filter(({ event }) => event === "catalog.read").length;

/** The gateway's own sessions, as the server sees them. */
async function ownSessions(): Promise<number> {
  const { rows } = await owner.query<{ n: number }>(
    "select count(*)::int as n from pg_stat_activity where application_name like 'sallyport-catalog%'",
  );
  return rows[0]?.n ?? 0;
}

describe("the desk of catalogs", () => {
  it("opens nothing for sessions whose policies do not ask about objects", async () => {
    using kept = startDesk();
    const source = kept.sourceFor("postgres", () => false);
    const before = readings();
    expect(source.needed).toBe(false);
    expect(source.current()).toBeUndefined();
    source.outdated();
    expect(source.current()).toBeUndefined();
    expect(kept.desk.size).toBe(0);
    expect(readings()).toBe(before);
    expect(await ownSessions()).toBe(0);
  });

  it("opens something once they do", async () => {
    using kept = startDesk();
    let needed = false;
    const source = kept.sourceFor("postgres", () => needed);
    expect(source.current()).toBeUndefined();
    needed = true;
    expect(source.needed).toBe(true);
    expect(await source.current()).toMatchObject({ database: "postgres" });
  });

  it("reads once for all sessions, whether they ask at the same time or later, and reads each database by itself", async () => {
    using kept = startDesk();
    const before = readings();
    const [one, two, other] = [kept.sourceFor(), kept.sourceFor(), kept.sourceFor("template1")];
    const [first, second] = await Promise.all([one.current(), two.current()]);
    expect(first).toBeDefined();
    expect(second).toBe(first);
    expect(one.current()).toBe(first);
    expect(readings()).toBe(before + 1);
    expect(await other.current()).toMatchObject({ database: "template1" });
    expect(readings()).toBe(before + 2);
    expect(kept.desk.size).toBe(2);
  });

  it("keeps what it read from one session to the next, and leaves the server alone in between", async () => {
    using kept = startDesk();
    const one = kept.sourceFor();
    const first = await one.current();
    one.release();
    one.release();
    expect(one.current()).toBeUndefined();
    await until(async () => (await ownSessions()) === 0);
    const before = readings();
    const two = kept.sourceFor();
    expect(await two.current()).toBe(first);
    expect(readings()).toBe(before);
  });

  it("does not take for true what happened between two sessions", async () => {
    using kept = startDesk();
    const one = kept.sourceFor();
    await one.current();
    one.release();
    const name = await newTable();
    const catalog = await kept.sourceFor().current();
    expect(catalog?.relation("public", name)).toBeDefined();
  });

  it("lets go of what no session has needed for a while", async () => {
    using kept = startDesk({ keepMs: 1 });
    const one = kept.sourceFor();
    await one.current();
    one.release();
    await until(() => kept.desk.size === 0);
  });

  it("reads anew what was found outdated, once for all, and hands out the old one to nobody", async () => {
    using kept = startDesk();
    const [one, two] = [kept.sourceFor(), kept.sourceFor()];
    const old = await one.current();
    expect(two.current()).toBe(old);
    const name = await newTable();
    const before = readings();
    one.outdated();
    two.outdated();
    const [first, second] = await Promise.all([one.current(), two.current()]);
    expect(first?.relation("public", name)).toBeDefined();
    expect(second).toBe(first);
    expect(readings()).toBe(before + 1);
  });

  it("hears of changes also from sessions whose own policies ask about no objects", async () => {
    using kept = startDesk();
    const [asking, other] = [kept.sourceFor(), kept.sourceFor("postgres", () => false)];
    await asking.current();
    const name = await newTable();
    other.outdated();
    expect((await asking.current())?.relation("public", name)).toBeDefined();
    expect(kept.desk.size).toBe(1);
  });

  it("does not rest on a reading that began before something was found outdated", async () => {
    using kept = startDesk();
    const [one, two] = [kept.sourceFor(), kept.sourceFor()];
    const begun = one.current();
    const name = await newTable();
    two.outdated();
    one.outdated();
    const next = await two.current();
    await begun;
    expect(next?.relation("public", name)).toBeDefined();
  });

  it("knows the same objects again: nothing is read, and what was decided by them stays", async () => {
    using kept = startDesk();
    const source = kept.sourceFor();
    const first = await source.current();
    const before = readings();
    source.outdated();
    expect(await source.current()).toBe(first);
    expect(readings()).toBe(before);
  });

  it("sees by itself what is done to the database from outside", async () => {
    using kept = startDesk({ probeEveryMs: 20 });
    const source = kept.sourceFor();
    await source.current();
    const name = await newTable();
    await until(async () => (await source.current())?.relation("public", name) !== undefined);
    await owner.query(`drop table ${name}`);
    await until(async () => (await source.current())?.relation("public", name) === undefined);
  });

  it("has one session while somebody needs it, and none after the last", async () => {
    using kept = startDesk({ probeEveryMs: 20 });
    const sources = [kept.sourceFor(), kept.sourceFor()];
    for (const source of sources) await source.current();
    // those of the test before may still be about to go
    await until(async () => (await ownSessions()) === 1);
    sources[0]?.release();
    expect(await ownSessions()).toBe(1);
    sources[1]?.release();
    await until(async () => (await ownSessions()) === 0);
  });

  it("reads again after its session was ended by somebody", async () => {
    using kept = startDesk({ probeEveryMs: 20 });
    const source = kept.sourceFor();
    await source.current();
    const before = readings();
    await owner.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'sallyport-catalog%'",
    );
    await until(() => readings() > before);
    expect(await source.current()).toBeDefined();
  });

  it("has nothing where it cannot be read, says why, and asks again only after a while", async () => {
    using kept = startDesk({ retryMs: NEVER_MS });
    const source = kept.sourceFor("nowhere");
    const told = road.log.until("catalog.not-read");
    expect(await source.current()).toBeUndefined();
    expect((await told).fields).toMatchObject({ connection: "shop", database: "nowhere" });
    expect(source.current()).toBeUndefined();
  });

  it("waits no longer than it may", async () => {
    await owner.query("create view held as select 1 as a");
    await owner.query("begin; alter view held rename to kept");
    try {
      using kept = startDesk({ readMs: 300, retryMs: NEVER_MS });
      const told = road.log.until("catalog.not-read");
      expect(await kept.sourceFor().current()).toBeUndefined();
      expect((await told).fields.reason).toContain("within 300 ms");
    } finally {
      await owner.query("rollback");
    }
  });

  it("lets go of a connection whose document is another now", async () => {
    using kept = startDesk();
    const source = kept.sourceFor();
    await source.current();
    kept.desk.keepConnections(new Map([[connection.connection, { ...connection }]]));
    expect(source.current()).toBeDefined();
    kept.desk.keepConnections(new Map([[connection.connection, { ...connection, database: "other" }]]));
    expect(kept.desk.size).toBe(0);
    expect(source.current()).toBeUndefined();
    await until(async () => (await ownSessions()) === 0);
  });

  it("has nothing to give after it was closed", async () => {
    const { desk, sourceFor } = startDesk();
    const source = sourceFor();
    const reading = source.current();
    desk.close();
    expect(await reading).toBeUndefined();
    expect(source.current()).toBeUndefined();
    expect(sourceFor().current()).toBeUndefined();
  });
});

describe("a catalog whose agent is lost", () => {
  it("is gone, and read again through the next agent", async () => {
    await using lone = await startRoad();
    const document = parsed.parse(await connectionDocument(lone.folder, lone.server));
    const desk = new CatalogDesk({ tunnels: lone.gateway.tunnels, log: lone.log, times });
    const source = desk.sourceFor({ adapter: pg, connection: document, database: "postgres", needed: () => true });
    expect(await source.current()).toBeDefined();
    await lone.agent?.[Symbol.asyncDispose]();
    await until(async () => (await source.current()) === undefined);
    const { tunnelPort = 0 } = lone.gateway;
    await using _agent = startTestAgent(
      tunnelPort,
      lone.certificates,
      [`127.0.0.1:${lone.server.port}`],
      [pg],
      lone.log,
    );
    await until(async () => (await source.current()) !== undefined);
    desk.close();
  });
});
