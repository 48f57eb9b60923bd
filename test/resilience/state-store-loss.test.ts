import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@sallyport/cli/servers/free-port";
import { startPostgresServer, type PostgresServer } from "@sallyport/cli/servers/postgres-server";
import { GatewayError } from "@sallyport/shared/errors";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testActor } from "../support/apply-to-store.ts";
import { everything, startRoad, type Road } from "../support/road.ts";
import { databaseAt } from "../support/state-database.ts";
import { CLUSTER_TEMPLATE } from "../support/state-server.ts";
import { until } from "../support/until.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";

let root: string;
let port: number;
let server: PostgresServer;
let road: Road;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sallyport-store-loss-"));
  port = await freePort();
  server = await start();
  road = await startRoad({ database: databaseAt(server.url) });
});

afterAll(async () => {
  await road[Symbol.asyncDispose]();
  await server.stop();
  await rm(root, { recursive: true });
});

function start(): Promise<PostgresServer> {
  return startPostgresServer({ folder: join(root, "server"), template: CLUSTER_TEMPLATE, port });
}

async function kill(): Promise<void> {
  process.kill(server.pid, "SIGKILL");
  await server.exited;
  await until(() => codeOf(() => road.gateway.store.assertReachable()) === "store/unavailable");
}

async function restart(): Promise<void> {
  server = await start();
  await until(() => codeOf(() => road.gateway.store.assertReachable()) === undefined);
}

function codeOf(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return GatewayError.from(error).code;
  }
}

describe("while the state store is away", () => {
  it("sessions go on, new logins are refused with the reason, and nothing that was accepted is lost", async () => {
    const url = await road.urlFor({ name: "alice" });
    await using session = await connectWatched(url);
    const { client } = session;
    await using leaving = await connectWatched(await road.urlFor({ name: "bob" }));
    await kill();
    await client.query("select 1");
    expect(await failureOf(connectWatched(url))).toMatchObject({ code: "58000", severity: "FATAL" });
    expect(road.log.lines.findLast(({ event }) => event === "login.refused")?.fields.code).toBe("store/unavailable");
    await expect(road.gateway.store.principals.revoke("bob", testActor)).rejects.toMatchObject({
      code: "store/unavailable",
    });
    // this one ends while there is nowhere to note it
    await leaving.client.end();
    await restart();
    await client.query("select 1");
    await using again = await connectWatched(url);
    await again.client.query("select 1");
    const { sessions } = road.gateway.store;
    const open = async () => (await sessions.list({ open: true }, { limit: 10 })).items;
    // bob's end is noted, and alice's new session
    await until(async () => (await open()).map(({ principal }) => principal).join() === "alice,alice");
    const bobs = (await sessions.list({ principal: "bob" }, { limit: 10 })).items;
    expect(bobs.map(({ closedAt, endCode }) => [closedAt instanceof Date, endCode])).toEqual([[true, undefined]]);
  });

  it("what was changed meanwhile counts as soon as it is back", async () => {
    const url = await road.urlFor({ name: "carol" });
    await using session = await connectWatched(url);
    await kill();
    server = await start();
    const carols = decodeURIComponent(new URL(url).username);
    // as another replica does it: the gateway may be back before this, and is told then
    const revoke = `
      with bumped as (update sallyport.revisions set revision = revision + 1 where area = 'tickets' returning revision),
        revoked as (
          update sallyport.tickets set revoked_at = now(), revision = (select revision from bumped) where name = $1)
      select pg_notify('sallyport_changed', 'tickets ' || revision) from bumped`;
    await databaseAt(server.url).query(revoke, [carols]);
    expect(await session.ended).toMatchObject({ code: "57P01", severity: "FATAL" });
  });
});

describe("when the state store has been away for too long", () => {
  it("every statement is refused, no session ends, and all go on when it is back", async () => {
    await databaseAt(server.url).query("create database impatient");
    await using impatient = await startRoad({
      database: databaseAt(server.url.replace(/\/\w+$/, "/impatient")),
      staleSeconds: 1,
      policies: [everything],
    });
    await using session = await connectWatched(await impatient.urlFor({ name: "dave" }));
    const { client } = session;
    await kill();
    await client.query("select 1");
    const isRefused = (): Promise<boolean> =>
      client.query("select 1").then(
        () => false,
        () => true,
      );
    await until(isRefused);
    expect(await failureOf(client.query("select 1"))).toMatchObject({ code: "58000", severity: "ERROR" });
    await restart();
    await until(() => codeOf(() => impatient.gateway.store.assertReachable()) === undefined);
    await client.query("select 1");
  });
});
