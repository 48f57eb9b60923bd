import type { MysqlFlavour } from "@sallyport/cli/servers/mysql-programs";
import { startClientRoad } from "./client-road.ts";
import type { MysqlSide } from "./mysql-raw-client.ts";
import { startServedMysql, type ServedMysql } from "./served-mysql.ts";

/** One schema, reached directly and through the gateway. */
export interface MysqlSides extends AsyncDisposable {
  readonly served: Omit<ServedMysql, "statements">;
  readonly direct: MysqlSide;
  readonly through: MysqlSide;
}

export async function startMysqlSides(flavour: MysqlFlavour): Promise<MysqlSides> {
  await using opened = new AsyncDisposableStack();
  const served = opened.use(await startServedMysql(flavour, { logCommands: false }));
  const { database, server } = served;
  // the status of an answer says that it was slow, which depends on what else the machine does
  await server.query(`set global long_query_time = 3600; use ${database}`);
  const road = opened.use(await startClientRoad(served));
  const everything = opened.move();
  return {
    served,
    direct: { name: "direct", port: server.port, ...server.root, database },
    through: { name: "through", port: road.port, user: road.ticket.user, password: road.ticket.secret, database },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
