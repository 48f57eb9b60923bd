import { startFerretServer } from "../../servers/ferret-server.ts";
import { ensureShopPassword } from "../shop-password.ts";
import { SHOP_OWNER, type ShopPlace, type ShopServer } from "../shop-server.ts";
import { shopTls } from "../shop-tls.ts";
import { ensureMongoShop } from "./load-mongo-shop.ts";

/**
 * Starts the demo's MongoDB server with its database, made at the first start, and the account for the agent. It is FerretDB, because
 * MongoDB's own server is in no package registry.
 */
export async function startMongoShop({
  folder,
  passwordFile,
  port,
  certificates,
  say,
}: ShopPlace): Promise<ShopServer> {
  say("  FerretDB, which stands in for MongoDB …");
  const { caFile } = certificates;
  const server = await startFerretServer({ folder, port, tls: await shopTls(certificates) });
  try {
    say("  the same shop in MongoDB …");
    const owner = { name: SHOP_OWNER, password: await ensureShopPassword(passwordFile) };
    await ensureMongoShop({ url: server.url, caFile }, owner);
    const url = `${server.url.replace("/?", "/shop?")}&tlsCAFile=${encodeURIComponent(caFile)}`;
    return { ...server, label: "FerretDB server", url };
  } catch (reason) {
    await server.stop();
    throw reason;
  }
}
