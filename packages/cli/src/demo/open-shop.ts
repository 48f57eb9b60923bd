import type { ConnectionDocument } from "@sallyport/gateway/store/documents/connection";
import type { DemoCertificates } from "./certificates.ts";
import type { DemoPlan } from "./demo-plan.ts";
import { shopPorts } from "./ports.ts";
import { connectionOf, SHOP_OWNER, type DemoProtocol, type ShopServer } from "./shop-server.ts";
import { startShop } from "./start-shop.ts";
import { ensureTickets, type DemoTicket } from "./tickets.ts";

/** A shop that runs, how the gateway is told of it, and the logins to it by principal. */
export interface OpenShop {
  readonly protocol: DemoProtocol;
  readonly server: ShopServer;
  readonly document: ConnectionDocument;
  readonly tickets: ReadonlyMap<string, DemoTicket>;
}

/** Starts a shop's server; how it is ended is added to `stops`. */
export async function openShop(
  { state, ports, say }: DemoPlan,
  protocol: DemoProtocol,
  agentGroup: string,
  certificates: DemoCertificates,
  stops: AsyncDisposableStack,
): Promise<OpenShop> {
  const { server: folder, passwordFile, ticketSecretsFile } = state.shops[protocol];
  const { server: port } = shopPorts(ports, protocol);
  const server = await startShop(protocol, { folder, passwordFile, port, certificates, say });
  stops.defer(() => server.stop());
  const connection = connectionOf(protocol);
  return {
    protocol,
    server,
    document: {
      connection,
      protocol,
      agentGroup,
      server: { host: server.host, port: server.port, tls: "verify-full", caFile: certificates.caFile },
      database: "shop",
      options: {},
      credential: { user: SHOP_OWNER, password: `file:${passwordFile}` },
    },
    tickets: await ensureTickets(ticketSecretsFile, connection),
  };
}
