import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postgresOptions } from "../support/postgres-options.ts";
import { connectionsTo } from "../support/process-sockets.ts";
import { readRecordings } from "../support/read-recordings.ts";
import { everything, startRoad, type Road } from "../support/road.ts";
import { containing } from "../support/text-matchers.ts";
import { until } from "../support/until.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";

const FILE = "policy.json";

let road: Road;

beforeAll(async () => {
  road = await startRoad({ policies: [] });
  await road.putDocument(FILE, everything);
});

afterAll(() => road[Symbol.asyncDispose]());

const alice = (lifeMs?: number): Promise<string> => road.urlFor({ name: "alice" }, undefined, lifeMs);

/** What a session under a policy is told when it ends by itself. */
async function endUnder(session: object, lifeMs?: number): Promise<unknown> {
  await road.putDocument(FILE, { ...everything, session });
  await using alive = await connectWatched(await alice(lifeMs));
  const end = await alive.ended;
  await road.putDocument(FILE, everything);
  return end;
}

describe("a policy that changes under a live session", () => {
  it("counts from the next statement on, also for one that is prepared and bound already", async () => {
    await using session = await connectWatched(await alice());
    const { client } = session;
    const prepared = { name: "p", text: "DELETE FROM pg_class WHERE relname = $1", values: ["nothing"] };
    await client.query(prepared);
    await client.query("BEGIN");
    await client.query("DECLARE c CURSOR FOR SELECT generate_series(1, 10)");
    await client.query("FETCH 1 FROM c");
    await road.putDocument(FILE, {
      ...everything,
      rules: [{ allow: ["*"] }, { deny: ["delete"], because: "Not today." }],
    });
    await client.query("FETCH 1 FROM c");
    const refusal = { code: "42501", severity: "ERROR", detail: containing("Not today.") };
    expect(await failureOf(client.query(prepared))).toMatchObject(refusal);
    await client.query("ROLLBACK");
    expect(await failureOf(client.query("DELETE FROM pg_class"))).toMatchObject(refusal);
    await road.putDocument(FILE, everything);
    await client.query(prepared);
  });

  it("stops a portal between two of its executions", async () => {
    const sql = postgres(postgresOptions(await alice()));
    const rows = sql`SELECT generate_series(1, 100) AS number`.cursor(10)[Symbol.asyncIterator]();
    expect(await rows.next()).toMatchObject({ done: false });
    await road.putDocument(FILE, { ...everything, rules: [{ allow: ["*"] }, { deny: ["read"] }] });
    await expect(rows.next()).rejects.toMatchObject({ code: "42501" });
    await road.putDocument(FILE, everything);
    expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    await sql.end();
  });

  it("ends the session when nothing is allowed any more, and says so", async () => {
    await using session = await connectWatched(await alice());
    await using other = await connectWatched(await road.urlFor({ name: "bob" }));
    await road.putDocument(FILE, { ...everything, who: { principals: ["bob"] } });
    expect(await session.ended).toMatchObject({
      code: "57P01",
      severity: "FATAL",
      detail: "No policy gives alice access to shop/postgres now.",
    });
    await other.client.query("SELECT 1");
    await road.putDocument(FILE, everything);
  });

  it("refuses everything while it cannot be read, keeps the session, and goes on when it is mended", async () => {
    await using session = await connectWatched(await alice());
    const { client } = session;
    const another = await alice();
    await road.spoilDocuments();
    expect(await failureOf(client.query("SELECT 1"))).toMatchObject({ code: "58000", severity: "ERROR" });
    expect(await failureOf(connectWatched(another))).toMatchObject({ severity: "FATAL" });
    await road.putDocument(FILE, everything);
    await client.query("SELECT 1");
  });
});

describe("access that ends while a login waits for its server", () => {
  it("refuses the login, tells of it once, and leaves a recording that says so", async () => {
    const url = await alice();
    const before = connectionsTo(road.server.port);
    process.kill(road.server.pid, "SIGSTOP");
    const login = failureOf(connectWatched(url));
    await until(() => connectionsTo(road.server.port) > before);
    await road.putDocument(FILE, { ...everything, who: { principals: ["bob"] } });
    process.kill(road.server.pid, "SIGCONT");
    expect(await login).toMatchObject({ code: "28000", severity: "FATAL" });
    await until(() => road.gateway.sessions.size === 0 && road.agent?.sessionCount === 0);
    const refused = road.log.lines.findLast(({ event }) => event === "login.refused");
    const session = refused?.fields.session;
    expect(refused?.fields.code).toBe("login/no-access");
    const lines = road.log.lines.filter(({ event, fields }) => fields.session === session && event === "session.ended");
    expect(lines).toEqual([]);
    const recording = readRecordings(road.recordings).find((one) => one.session === session);
    expect(recording?.lines.map(({ type }) => type)).toEqual(["opened", "closed"]);
    await road.putDocument(FILE, everything);
  });
});

describe("a session's time", () => {
  it("is up when it was idle for longer than policy allows", async () => {
    expect(await endUnder({ idle: "1s" })).toMatchObject({ code: "57P05", severity: "FATAL" });
  });

  it("is up at its maximum, however busy it is", async () => {
    await road.putDocument(FILE, { ...everything, session: { max: "1s" } });
    await using session = await connectWatched(await alice());
    const end = failureOf(session.client.query("SELECT pg_sleep(60)"));
    expect(await end).toMatchObject({ code: "57P01", severity: "FATAL" });
    await road.putDocument(FILE, everything);
  });

  it("does not pass as idle while a statement runs", async () => {
    await road.putDocument(FILE, { ...everything, session: { idle: "1s" } });
    await using session = await connectWatched(await alice());
    await session.client.query("SELECT pg_sleep(1.5)");
    expect(await session.ended).toMatchObject({ code: "57P05" });
    await road.putDocument(FILE, everything);
  });

  it("is up when the ticket that admitted it expires", async () => {
    expect(await endUnder({}, 1_500)).toMatchObject({ code: "57P01", severity: "FATAL" });
  });
});

describe("what a session rests on", () => {
  it("is gone when its ticket is withdrawn", async () => {
    const url = await alice();
    await using session = await connectWatched(url);
    await using other = await connectWatched(await alice());
    await road.revokeTicket(decodeURIComponent(new URL(url).username));
    expect(await session.ended).toMatchObject({
      code: "57P01",
      severity: "FATAL",
      detail: containing("was removed"),
    });
    await other.client.query("SELECT 1");
  });

  it("is gone when its connection is removed, also for a session in mid-query", async () => {
    await using session = await connectWatched(await alice());
    const query = failureOf(session.client.query("SELECT pg_sleep(60)"));
    await road.removeDocument("0.json");
    expect(await query).toMatchObject({ code: "57P01", detail: "The connection shop was removed." });
  });
});
