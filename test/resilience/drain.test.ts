import * as mariadb from "mariadb";
import { describe, expect, it } from "vitest";
import { startClientRoad } from "../support/client-road.ts";
import { startRoad } from "../support/road.ts";
import { mysqlFlavours, startServedMysql } from "../support/served-mysql.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";

const ENDED = { code: "57P01", severity: "FATAL" };
/** Longer than any of these tests may take, so that nothing ends because there is no more time. */
const LONG_MS = 600_000;
const NO_TIME_MS = 200;

describe("draining the gateway", () => {
  it("ends who is quiet, lets a transaction come to its end, and takes nobody in", async () => {
    await using road = await startRoad();
    const url = await road.urlFor({ name: "alice" });
    await using idle = await connectWatched(url);
    await using writing = await connectWatched(url);
    await using running = await connectWatched(url);
    await writing.client.query("BEGIN");
    await writing.client.query("CREATE TEMPORARY TABLE kept AS SELECT 1 AS n");
    const slow = running.client.query<{ n: number }>("SELECT 7 AS n FROM pg_sleep(1)");
    const drained = road.gateway.drain(LONG_MS);
    expect(await idle.ended).toMatchObject(ENDED);
    expect((await slow).rows).toEqual([{ n: 7 }]);
    expect(await running.ended).toMatchObject(ENDED);
    expect((await failureOf(connectWatched(url))).code).toBe("ECONNREFUSED");
    expect((await writing.client.query("SELECT n FROM kept")).rows).toEqual([{ n: 1 }]);
    await writing.client.query("COMMIT");
    expect(await writing.ended).toMatchObject(ENDED);
    await drained;
    expect(road.gateway.sessions.size).toBe(0);
  });

  it("lets a client that goes from statement to statement come to its goodbye", async () => {
    await using road = await startRoad();
    await using client = await connectWatched(await road.urlFor({ name: "alice" }));
    const drained = road.gateway.drain(LONG_MS);
    for (let turn = 0; turn < 200; turn++) await client.client.query("SELECT $1::int", [turn]);
    await client.client.end();
    await drained;
  });

  it("is over when there is no more time; closing tells those who are left", async () => {
    await using road = await startRoad();
    const url = await road.urlFor({ name: "alice" });
    await using forgetful = await connectWatched(url);
    await forgetful.client.query("BEGIN");
    await using running = await connectWatched(url);
    const endless = failureOf(running.client.query("SELECT pg_sleep(600)"));
    await road.gateway.drain(NO_TIME_MS);
    expect(road.gateway.sessions.size).toBe(2);
    await road.gateway.close();
    expect(await forgetful.ended).toMatchObject(ENDED);
    expect(await endless).toMatchObject(ENDED);
  });

  it("ends a client that never falls quiet between two of its transactions, with none of them lost", async () => {
    await using road = await startRoad();
    await using busy = await connectWatched(await road.urlFor({ name: "alice" }));
    const answered = (async () => {
      for (let turn = 1; ; turn++) {
        const gone = await busy.client.query("SELECT 1").then(
          () => undefined,
          (error: unknown) => error,
        );
        if (gone !== undefined) return { turn, gone };
      }
    })();
    const drained = road.gateway.drain(2_000);
    const { turn, gone } = await answered;
    expect(turn).toBeGreaterThan(1);
    expect(gone).toMatchObject({ code: "57P01" });
    await drained;
    expect(road.gateway.sessions.size).toBe(0);
  });
});

describe.each(mysqlFlavours)("draining before %s", (flavour) => {
  it("waits for the end of a transaction, and says 1053", async () => {
    await using served = await startServedMysql(flavour);
    await using road = await startClientRoad(served);
    const { user, secret: password } = road.ticket;
    const connection = await mariadb.createConnection({
      host: road.host,
      port: road.port,
      user,
      password,
      ssl: { ca: road.ca },
    });
    const ended = new Promise<mariadb.SqlError>((resolve) => connection.on("error", resolve));
    await connection.query("CREATE TABLE kept (n INT)");
    await connection.beginTransaction();
    await connection.query("INSERT INTO kept VALUES (1)");
    const drained = road.road.gateway.drain(LONG_MS);
    expect(await connection.query("SELECT n FROM kept")).toEqual([{ n: 1 }]);
    await connection.commit();
    expect(await ended).toMatchObject({ errno: 1053 });
    await drained;
    expect(await served.server.query(`SELECT n FROM ${served.database}.kept`)).toEqual([{ n: 1 }]);
  });
});
