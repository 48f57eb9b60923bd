import type { MongoServerName } from "./mongo-servers.ts";
import { startClientRoad } from "./client-road.ts";
import type { MongoSide } from "./mongo-raw-client.ts";
import { startServedDouble, startServedMongo } from "./served-mongo.ts";

/** One server, reached directly and through the gateway. */
export interface MongoSides extends AsyncDisposable {
  readonly direct: MongoSide;
  readonly through: MongoSide;
}

/** The double as a router, so that there are sessions and transactions. */
export async function startMongoSides(kind: MongoServerName): Promise<MongoSides> {
  await using opened = new AsyncDisposableStack();
  const served = opened.use(await (kind === "double" ? startServedDouble({ as: "mongos" }) : startServedMongo(kind)));
  const road = opened.use(await startClientRoad(served));
  const { user, password, authSource } = served.server.account;
  const everything = opened.move();
  return {
    direct: { port: served.port, user, password, database: authSource },
    through: { port: road.port, user: road.ticket.user, password: road.ticket.secret, database: "admin" },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}
