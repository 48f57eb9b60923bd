import { startMysqlServer } from "../../servers/mysql-server.ts";
import { ensureShopPassword } from "../shop-password.ts";
import { SHOP_OWNER, type ShopPlace, type ShopServer } from "../shop-server.ts";
import { shopTls } from "../shop-tls.ts";
import { ensureMysqlShop } from "./load-mysql-shop.ts";

/** Starts the demo's MySQL with its database, made at the first start, and the account for the agent. */
export async function startMysqlShop({
  folder,
  passwordFile,
  port,
  certificates,
  say,
}: ShopPlace): Promise<ShopServer> {
  say("  MySQL (its first start takes ten seconds) …");
  const server = await startMysqlServer({ flavour: "mysql", folder, port, tls: await shopTls(certificates) });
  try {
    say("  the same shop in MySQL …");
    await ensureMysqlShop(server.url, { name: SHOP_OWNER, password: await ensureShopPassword(passwordFile) });
    return { ...server, label: "MySQL server", url: `${server.url}/shop` };
  } catch (reason) {
    await server.stop();
    throw reason;
  }
}
