import type { Gateway } from "@sallyport/gateway/gateway";
import { pg } from "@sallyport/protocol-pg/adapter";
import { Secret } from "@sallyport/shared/secret";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testActor } from "../support/apply-to-store.ts";
import { startRelayedRoad, type RelayedRoad } from "../support/relayed-road.ts";
import { connectionDocument, type Road } from "../support/road.ts";
import { watchActivity } from "../support/server-activity.ts";
import { until } from "../support/until.ts";
import { connectOnceServed, connectWatched, failureOf } from "../support/watched-client.ts";

/** Longer than any of these tests may take. */
const LONG_MS = 600_000;
const LEAVING = { code: "57P01", severity: "FATAL" };
/** One row of it is more than everything between server and client may hold. */
const HUGE = "SELECT repeat('x', 8 * 1024 * 1024) FROM generate_series(1, 200)";

let relayed: RelayedRoad;
let road: Road;
let second: Gateway;
let url: string;
beforeEach(async () => {
  relayed = await startRelayedRoad();
  ({ road, second } = relayed);
  url = await relayed.urlFor("alice");
});
afterEach(() => relayed[Symbol.asyncDispose]());

/** Puts a document into the store; resolves when both replicas have taken it up. */
async function putDocument(name: string, document: object): Promise<void> {
  await road.putDocument(name, document);
  const { version } = road.gateway.store.snapshot();
  await until(() => second.store.snapshot().version === version);
}

describe("a session that a replica passes on", () => {
  it.each([
    ["the agent", () => road.agent?.drain(LONG_MS)],
    ["that replica", () => road.gateway.drain(LONG_MS)],
  ] as const)("comes to the end of its transaction when %s is told to stop", async (_who, drain) => {
    await using writing = await connectWatched(url);
    await using idle = await connectWatched(url);
    await writing.client.query("CREATE TABLE kept (n int)");
    await writing.client.query("BEGIN");
    await writing.client.query("INSERT INTO kept VALUES (1)");
    const drained = drain();
    expect(await idle.ended).toMatchObject(LEAVING);
    expect(await failureOf(connectWatched(url))).toMatchObject({ code: "08001" });
    await writing.client.query("INSERT INTO kept VALUES (2)");
    await writing.client.query("COMMIT");
    expect(await writing.ended).toMatchObject(LEAVING);
    await drained;
    await using activity = await watchActivity(road.server.url);
    await activity.until((sessions) => sessions.length === 0);
  });

  it.each([
    ["the agent", () => road.agent?.drain(LONG_MS)],
    ["that replica", () => road.gateway.drain(LONG_MS)],
    [
      "that replica, its own and the agent",
      () => Promise.all([road.gateway.drain(LONG_MS), second.drain(LONG_MS), road.agent?.drain(LONG_MS)]),
    ],
  ] as const)("is refused, or ends at rest, when %s is told to stop while many log in", async (_who, drain) => {
    const attempts = Array.from({ length: 20 }, () =>
      connectWatched(url).then(
        async (watched) => {
          await using client = watched;
          return (await client.ended).code;
        },
        (error: unknown) => (error instanceof Error && "code" in error ? error.code : error),
      ),
    );
    // one that nobody has accepted is reset by the system when its listener closes
    await until(() => second.sessions.size === attempts.length);
    const drained = drain();
    for (const ended of await Promise.all(attempts)) expect(["57P01", "08001"]).toContain(ended);
    await drained;
    await using activity = await watchActivity(road.server.url);
    await activity.until((sessions) => sessions.length === 0);
  });

  it("logs in with a password that only gateways can open, at the end where the agent is", async () => {
    const document = await connectionDocument(road.folder, road.server);
    const password = decodeURIComponent(new URL(road.server.url).password);
    await second.trust.credentials.put({ name: "shop", value: new Secret(password) }, testActor);
    await putDocument("0.json", { ...document, credential: { ...document.credential, password: "sealed:shop" } });
    await using alice = await connectWatched(url);
    expect((await alice.client.query("SELECT 1 AS n")).rows).toEqual([{ n: 1 }]);
    expect(JSON.stringify(road.log.lines)).not.toContain(password);
  });

  it("is held to the objects that policy names, and to masks, by the replica that its client came to", async () => {
    await using before = await connectWatched(url);
    await before.client.query("CREATE TABLE people (name text, email text); CREATE TABLE secrets (s text)");
    await before.client.query("INSERT INTO people VALUES ('bob', 'bob@example.org')");
    await putDocument("2.json", {
      policy: "objects",
      who: { principals: ["*"] },
      where: { connections: ["*"] },
      rules: [{ allow: ["*"] }, { deny: ["read"], on: ["public.secrets"] }],
      masks: [{ columns: ["public.people.email"], with: "redact" }],
    });
    await using alice = await connectOnceServed(url);
    const { rows } = await alice.client.query("SELECT * FROM people");
    expect(rows).toEqual([{ name: "bob", email: "[redacted]" }]);
    expect(await failureOf(alice.client.query("SELECT * FROM secrets"))).toMatchObject({ code: "42501" });
  });

  it("holds up no other when its client reads nothing", async () => {
    await using slow = await connectWatched(url);
    await using other = await connectWatched(url);
    await using activity = await watchActivity(road.server.url);
    const reader = slow.client.connection.stream;
    const large = failureOf(slow.client.query(HUGE));
    reader.pause();
    // the server stands still because nothing takes what it sends
    await activity.until((all) => all.some(({ pid, wait }) => pid === slow.backend && wait === "ClientWrite"));
    for (let round = 1; round <= 20; round += 1)
      expect((await other.client.query("SELECT $1::int AS round", [round])).rows).toEqual([{ round }]);
    reader.destroy();
    await large;
    await activity.until((all) => all.every(({ pid }) => pid !== slow.backend));
  });

  it("that is given up while it opens leaves nothing behind, at the replica or at the server", async () => {
    await using activity = await watchActivity(road.server.url);
    const tunnel = second.tunnels.choose("test-group");
    const document = await connectionDocument(road.folder, road.server);
    const request = {
      protocol: pg.id,
      connection: document.connection,
      server: { ...document.server, tls: "disable" },
      credential: document.credential,
      database: document.database,
      principal: "alice",
      settings: {},
      options: {},
    } as const;
    const attempts = Array.from({ length: 30 }, async (_, index) => {
      const given = new AbortController();
      const opening = tunnel.open({ ...request, session: `given-up-${index}` }, given.signal);
      setImmediate(() => given.abort());
      await opening.then(
        ({ stream }) => stream.destroy(),
        () => undefined,
      );
    });
    await Promise.all(attempts);
    await until(() => [...road.gateway.tunnels.tunnels, ...second.tunnels.replicas].every((t) => t.sessionCount === 0));
    await until(() => road.agent?.sessionCount === 0);
    await activity.until((sessions) => sessions.length === 0);
  });
});
