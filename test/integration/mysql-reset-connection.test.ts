import * as mariadb from "mariadb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad, type ClientRoad } from "../support/client-road.ts";
import { mysqlFlavours, startServedMysql, type ServedMysql } from "../support/served-mysql.ts";

const readOnly = {
  policy: "read-only",
  who: { principals: ["*"] },
  where: { connections: ["*"] },
  rules: [{ allow: ["read", "session"] }],
};
const UNKNOWN_COLUMN = 1054;
/** With ANSI_QUOTES two names; without, a string and a second statement. */
const TWO_WAYS = 'select "a\\" , "; drop table kept; -- "';

describe.each(mysqlFlavours)("a connection that is reset, on %s", (flavour) => {
  let served: ServedMysql;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMysql(flavour);
    road = await startClientRoad(served, { policy: readOnly });
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  it("reads texts as the gateway does, whatever became of the server's settings since the login", async () => {
    const { database, server } = served;
    await server.query(`create table ${database}.kept (n int); set global sql_mode = 'ANSI_QUOTES'`);
    const connection = await mariadb.createConnection({
      host: road.host,
      port: road.port,
      user: road.ticket.user,
      password: road.ticket.secret,
      ssl: { ca: road.ca },
      database,
      multipleStatements: true,
    });
    try {
      await server.query("set global sql_mode = ''");
      await connection.reset();
      await expect(connection.query(TWO_WAYS)).rejects.toMatchObject({ errno: UNKNOWN_COLUMN });
      expect(await connection.query('select count(*) as "n" from "kept"')).toEqual([{ n: 0n }]);
    } finally {
      await server.query("set global sql_mode = default");
      await connection.end();
    }
  });
});
