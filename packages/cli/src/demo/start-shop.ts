import type { DemoProtocol, ShopPlace, ShopServer } from "./shop-server.ts";

/** The drivers of the databases that were not asked for are not even loaded. */
const starters: Readonly<Record<DemoProtocol, (place: ShopPlace) => Promise<ShopServer>>> = {
  pg: async (place) => (await import("./shop-database.ts")).startShopDatabase(place),
  mysql: async (place) => (await import("./mysql/start-mysql-shop.ts")).startMysqlShop(place),
  mongo: async (place) => (await import("./mongo/start-mongo-shop.ts")).startMongoShop(place),
};

/** Starts a server of one protocol with the shop in it. */
export function startShop(protocol: DemoProtocol, place: ShopPlace): Promise<ShopServer> {
  return starters[protocol](place);
}
