import mariadb, { type Connection, type ConnectionConfig } from "mariadb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readOnly, startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
import { deniedIn, readRecordings } from "../support/read-recordings.ts";
import { mysqlFlavours, startServedMysql, type ServedMysql } from "../support/served-mysql.ts";
import { until } from "../support/until.ts";
import { GatewayError } from "@sallyport/shared/errors";

const DIGITS = `(${Array.from({ length: 10 }, (_, digit) => `select ${digit} as n`).join(" union all ")})`;
/** Ten thousand rows, made of nothing. */
const MANY_ROWS = `select a.n + 10 * b.n + 100 * c.n + 1000 * d.n as n, repeat('x', 1000) as x
  from ${DIGITS} a, ${DIGITS} b, ${DIGITS} c, ${DIGITS} d order by n`;
const LONG_QUERY = "select count(*) from information_schema.columns where sleep(600)";
const ONE = "select 'one' as one";
const UNKNOWN_COLUMN = 1054;

describe.each(mysqlFlavours)("MariaDB's driver on %s", (flavour) => {
  let served: ServedMysql;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMysql(flavour);
    road = await startClientRoad(served);
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  const options = ({ user, secret }: Access, more: ConnectionConfig = {}): ConnectionConfig => ({
    host: road.host,
    port: road.port,
    user,
    password: secret,
    ssl: { ca: road.ca },
    ...more,
  });

  /** On a connection of its own, by ticket. */
  async function connected<T>(use: (connection: Connection) => Promise<T>, more: ConnectionConfig = {}): Promise<T> {
    const connection = await mariadb.createConnection(options(road.ticket, more));
    try {
      return await use(connection);
    } finally {
      await connection.end();
    }
  }

  it("logs in by ticket and by token, over verified TLS and with no option of its own", async () => {
    for (const access of [road.ticket, await road.token()]) {
      const connection = await mariadb.createConnection(options(access));
      expect(await connection.query("select database() as db, 'zwölf 😀' as s")).toEqual([
        { db: served.database, s: "zwölf 😀" },
      ]);
      await connection.end();
    }
  });

  it("starts up, and pools, under a policy that only lets it read", async () => {
    await using looking = await startClientRoad(served, { policy: readOnly });
    const { ticket, port, ca } = looking;
    const config = options(ticket, { port, ssl: { ca } });
    const pool = mariadb.createPool({ ...config, connectionLimit: 2, resetAfterUse: true });
    for (let turn = 0; turn < 4; turn++) expect(await pool.query(ONE)).toEqual([{ one: "one" }]);
    await expect(pool.query("create table nothing (n int)")).rejects.toMatchObject({ errno: 1142 });
    await pool.end();
    expect(deniedIn(readRecordings(looking.road.recordings))).toEqual(["create table nothing (n int)"]);
  });

  it("gets values of all types back as they were sent, in text and prepared", async () => {
    await connected(
      async (connection) => {
        await connection.query(
          "create temporary table kinds (i int, u bigint unsigned, d decimal(20,4), f double, s varchar(40), b blob, t datetime(3), n int)",
        );
        const when = new Date("2024-02-29T12:34:56.789Z");
        const row = [-7, 18446744073709551615n, "1234567.8900", 1.5, "zwölf 😀", Buffer.from([0, 255, 39]), when, null];
        await connection.execute("insert into kinds values (?, ?, ?, ?, ?, ?, ?, ?)", row);
        const asText: unknown = await connection.query("select * from kinds");
        const prepared: unknown = await connection.execute("select * from kinds where i = ?", [-7]);
        expect(prepared).toEqual(asText);
        expect(asText).toEqual([
          { i: -7, u: 18446744073709551615n, d: "1234567.8900", f: 1.5, s: "zwölf 😀", b: row[5], t: when, n: null },
        ]);
      },
      { timezone: "Z" },
    );
  });

  it("sends many rows in a batch, pipelined", async () => {
    await connected(async (connection) => {
      await connection.query("create temporary table batched (n int, s varchar(20))");
      const rows = Array.from({ length: 500 }, (_, n) => [n, `row ${n}`]);
      await connection.batch("insert into batched values (?, ?)", rows);
      const asked = await Promise.all(
        Array.from({ length: 20 }, (_, n) => connection.execute("select s from batched where n = ?", [n])),
      );
      expect(asked).toEqual(Array.from({ length: 20 }, (_, n) => [{ s: `row ${n}` }]));
      expect(await connection.query("select count(*) as rows_there from batched")).toEqual([{ rows_there: 500n }]);
    });
  });

  it("rolls back and commits", async () => {
    await connected(async (connection) => {
      await connection.query("create table if not exists counted_by_mariadb (n int) engine=innodb");
      await connection.query("delete from counted_by_mariadb");
      await connection.beginTransaction();
      await connection.query("insert into counted_by_mariadb values (1)");
      await connection.rollback();
      await connection.beginTransaction();
      await connection.query("insert into counted_by_mariadb values (2)");
      await connection.commit();
      expect(await connection.query("select n from counted_by_mariadb")).toEqual([{ n: 2 }]);
    });
  });

  it("streams many rows, all of them and in order", async () => {
    await connected(async (connection) => {
      const numbers: unknown[] = [];
      const rows: AsyncIterable<{ readonly n: unknown }> = connection.queryStream(MANY_ROWS);
      for await (const { n } of rows) numbers.push(Number(n));
      expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
    });
  });

  it("is told of the server's own errors, and goes on", async () => {
    await connected(async (connection) => {
      await expect(connection.query("select nothing_like_it")).rejects.toMatchObject({ errno: UNKNOWN_COLUMN });
      await expect(connection.execute("select nothing_like_it")).rejects.toMatchObject({ errno: UNKNOWN_COLUMN });
      expect(await connection.query(ONE)).toEqual([{ one: "one" }]);
    });
  });

  it("stops a query of its own by its number", async () => {
    await connected(async (running) => {
      const refused = running.query(LONG_QUERY).catch((error: unknown) => error);
      await until(() => served.statements().then((all) => all.includes(LONG_QUERY)));
      await connected((other) => other.query(`kill query ${running.threadId}`));
      expect(await refused).toMatchObject({ errno: 1317 });
      expect(await running.query(ONE)).toEqual([{ one: "one" }]);
    });
  });

  it("starts over, and logs in anew, on the same connection", async () => {
    const { user, secret } = await road.token();
    const { database } = served;
    await connected(
      async (connection) => {
        await connection.query("set @mine = 1");
        await connection.reset();
        expect(await connection.query("select @mine as mine")).toEqual([{ mine: null }]);
        await connection.query("set @mine = 1");
        const changed = connection.changeUser({ user, password: secret, database });
        // for an error of MySQL's that is long mended
        if (flavour === "mysql") return expect(changed).rejects.toThrow("not available for MySQL");
        await changed;
        expect(await connection.query("select @mine as mine, database() as db")).toEqual([
          { mine: null, db: database },
        ]);
      },
      // the driver leaves the schema out of its request, where servers expect one, if it began without
      { database },
    );
  });

  it("pools connections, and makes new ones for those that were lost", async () => {
    const pool = mariadb.createPool({ ...options(road.ticket), connectionLimit: 4, minDelayValidation: 0 });
    const ask = (): Promise<unknown> => pool.query(ONE);
    expect(await Promise.all(Array.from({ length: 20 }, ask))).toEqual(
      Array.from({ length: 20 }, () => [{ one: "one" }]),
    );
    // the pool has others in their place at once
    const { sessions } = road.road.gateway;
    const lost = [...sessions.all()];
    for (const session of lost) session.end(new GatewayError("gateway/shutting-down", "the test says so"));
    await until(() => ![...sessions.all()].some((session) => lost.includes(session)));
    expect(await ask()).toEqual([{ one: "one" }]);
    await pool.end();
  });
});
