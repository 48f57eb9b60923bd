import { startPostgresServer } from "../servers/postgres-server.ts";
import { ensureShop } from "./seed/load-shop.ts";
import { ensureShopPassword } from "./shop-password.ts";
import { SHOP_OWNER, type ShopPlace, type ShopServer } from "./shop-server.ts";
import { shopTls } from "./shop-tls.ts";

/** Starts the demo's PostgreSQL with its database, made at the first start, and the account for the agent. */
export async function startShopDatabase({
  folder,
  passwordFile,
  port,
  certificates,
  say,
}: ShopPlace): Promise<ShopServer> {
  say("  PostgreSQL …");
  const server = await startPostgresServer({
    folder,
    port,
    tls: await shopTls(certificates),
    settings: { log_line_prefix: "%m [%p] %u@%d ", log_min_duration_statement: "1s" },
    log: (line) => say(`  ${line}`),
  });
  try {
    say("  the database shop, with 10 000 invented customers …");
    await ensureShop(server.url, { name: SHOP_OWNER, password: await ensureShopPassword(passwordFile) });
    return { ...server, label: "PostgreSQL server", url: server.url.replace(/\/postgres$/, "/shop") };
  } catch (reason) {
    await server.stop();
    throw reason;
  }
}
