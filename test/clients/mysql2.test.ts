import mysql, { type Connection, type ConnectionOptions, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad, type Access, type ClientRoad } from "../support/client-road.ts";
import { mysqlFlavours, startServedMysql, type ServedMysql } from "../support/served-mysql.ts";
import { until } from "../support/until.ts";
import { GatewayError } from "@sallyport/shared/errors";

const DIGITS = `(${Array.from({ length: 10 }, (_, digit) => `select ${digit} as n`).join(" union all ")})`;
/** A hundred thousand rows, made of nothing. */
const MANY_ROWS = `select a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n as n, repeat('x', 100) as x
  from ${DIGITS} a, ${DIGITS} b, ${DIGITS} c, ${DIGITS} d, ${DIGITS} e order by n`;
const LONG_QUERY = "select count(*) from information_schema.columns where sleep(600)";
const UNKNOWN_COLUMN = 1054;
const UNKNOWN_PREPARED = 1243;

describe.each(mysqlFlavours)("mysql2 on %s", (flavour) => {
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

  const options = (access: Access, more: ConnectionOptions = {}): ConnectionOptions => ({
    host: road.host,
    port: road.port,
    user: access.user,
    password: access.secret,
    ssl: { ca: road.ca, verifyIdentity: true },
    ...more,
  });

  /** On a connection of its own, by ticket. */
  async function connected<T>(use: (connection: Connection) => Promise<T>, more: ConnectionOptions = {}): Promise<T> {
    const connection = await mysql.createConnection(options(road.ticket, more));
    try {
      return await use(connection);
    } finally {
      await connection.end();
    }
  }

  async function rowsOf(connection: Connection, sql: string, values?: (string | number | null | Date | Buffer)[]) {
    const [rows] =
      values === undefined
        ? await connection.query<RowDataPacket[]>(sql)
        : await connection.execute<RowDataPacket[]>(sql, values);
    return rows;
  }

  it("logs in by ticket and by token, over verified TLS and with no option of its own", async () => {
    for (const access of [road.ticket, await road.token()]) {
      const connection = await mysql.createConnection(options(access));
      expect(await rowsOf(connection, "select database() as db, 1 + 1 as two")).toEqual([
        { db: served.database, two: 2 },
      ]);
      await connection.end();
    }
  });

  it("gets values of all types back as they were sent, in text and prepared", async () => {
    await connected(
      async (connection) => {
        await connection.query(
          "create temporary table kinds (i int, u bigint unsigned, d decimal(20,4), f double, s varchar(40), b blob, t datetime(6), j json, n int)",
        );
        const when = new Date("2024-02-29T12:34:56.789Z");
        const values = [
          -7,
          "18446744073709551615",
          "1234567.8900",
          1.5,
          "zwölf 😀",
          Buffer.from([0, 255, 39]),
          when,
          '{"a": [1]}',
          null,
        ];
        await connection.execute("insert into kinds values (?, ?, ?, ?, ?, ?, ?, ?, ?)", values);
        const asText = await rowsOf(connection, "select * from kinds");
        const prepared = await rowsOf(connection, "select * from kinds where i = ?", [-7]);
        expect(prepared).toEqual(asText);
        expect(asText).toMatchObject([
          { i: -7, d: "1234567.8900", f: 1.5, s: "zwölf 😀", b: Buffer.from([0, 255, 39]), t: when, n: null },
        ]);
      },
      { timezone: "Z", supportBigNumbers: true, bigNumberStrings: true },
    );
  });

  it("rolls back and commits", async () => {
    await connected(async (connection) => {
      await connection.query("create table if not exists counted (n int) engine=innodb");
      await connection.query("delete from counted");
      await connection.beginTransaction();
      await connection.query("insert into counted values (1)");
      await connection.rollback();
      await connection.beginTransaction();
      await connection.query("insert into counted values (2)");
      await connection.commit();
      expect(await rowsOf(connection, "select n from counted")).toEqual([{ n: 2 }]);
    });
  });

  it("reads many rows, all of them and in order", async () => {
    await connected(async (connection) => {
      const rows = await rowsOf(connection, MANY_ROWS);
      expect(rows.map(({ n }) => Number(n))).toEqual(Array.from({ length: 100_000 }, (_, n) => n));
    });
  });

  it("runs several statements in one text, and a procedure with several results", async () => {
    await connected(
      async (connection) => {
        const [results] = await connection.query("select 1 as a; do 1; select 2 as b");
        expect(results).toMatchObject([[{ a: 1 }], { affectedRows: 0 }, [{ b: 2 }]]);
      },
      { multipleStatements: true },
    );
  });

  it("is told of the server's own errors, and goes on", async () => {
    await connected(async (connection) => {
      await expect(connection.query("select nothing_like_it")).rejects.toMatchObject({ errno: UNKNOWN_COLUMN });
      await expect(connection.execute("select nothing_like_it")).rejects.toMatchObject({ errno: UNKNOWN_COLUMN });
      expect(await rowsOf(connection, "select 1 as one")).toEqual([{ one: 1 }]);
    });
  });

  it("stops a query of its own by its number, and nobody else's", async () => {
    await connected(async (running) => {
      const refused = running.query(LONG_QUERY).catch((error: unknown) => error);
      await until(() => served.statements().then((all) => all.includes(LONG_QUERY)));
      const stranger = await mysql.createConnection(options(await road.token()));
      await expect(stranger.query(`kill query ${running.threadId}`)).rejects.toMatchObject({ errno: 1094 });
      await stranger.end();
      await connected((other) => other.query(`kill query ${running.threadId}`));
      expect(await refused).toMatchObject({ errno: 1317 });
      expect(await rowsOf(running, "select 1 as one")).toEqual([{ one: 1 }]);
    });
  });

  it("starts over on the same connection, and what was prepared is gone", async () => {
    await connected(async (connection) => {
      await connection.query("set @mine = 1");
      const statement = await connection.prepare("select 1 as one");
      await connection.reset();
      expect(await rowsOf(connection, "select @mine as mine")).toEqual([{ mine: null }]);
      await expect(statement.execute([])).rejects.toMatchObject({ errno: UNKNOWN_PREPARED });
      expect(await rowsOf(connection, "select ? as one", [1])).toEqual([{ one: 1 }]);
    });
  });

  it("logs in anew on the same connection", async () => {
    const { user, secret } = await road.token();
    await connected(async (connection) => {
      await connection.query("set @mine = 1");
      await connection.changeUser({ user, password: secret, database: served.database });
      expect(await rowsOf(connection, "select @mine as mine")).toEqual([{ mine: null }]);
    });
  });

  it("pools connections, and makes new ones for those that were lost", async () => {
    const pool = mysql.createPool({ ...options(road.ticket), connectionLimit: 4 });
    const ask = () => pool.query<RowDataPacket[]>("select 1 as one").then(([rows]) => rows);
    expect(await Promise.all(Array.from({ length: 20 }, ask))).toEqual(Array.from({ length: 20 }, () => [{ one: 1 }]));
    for (const session of road.road.gateway.sessions.all())
      session.end(new GatewayError("gateway/shutting-down", "the test says so"));
    await until(() => road.road.gateway.sessions.size === 0);
    expect(await ask()).toEqual([{ one: 1 }]);
    await pool.end();
  });
});
