import {
  mongoUrl,
  mysqlUrl,
  pgUrl,
  type DemoAccess,
  type DemoFile,
  type DemoLogin,
  type OfOthers,
} from "./demo-file.ts";
import type { OpenShop } from "./open-shop.ts";
import { shopPorts, type DemoPorts } from "./ports.ts";
import type { DemoPrincipalName } from "./principals.ts";
import type { DemoProtocol } from "./shop-server.ts";

/** What runs, and how to get in. */
export interface RunningParts {
  readonly pids: { readonly gateway: number; readonly agent: number };
  readonly ports: DemoPorts;
  readonly caFile: string;
  /** PostgreSQL's, which always runs. */
  readonly first: OpenShop;
  readonly others: readonly OpenShop[];
  readonly tokens: Readonly<Record<DemoPrincipalName, string>>;
}

const urls: Readonly<Record<DemoProtocol, (login: DemoLogin) => string>> = {
  pg: pgUrl,
  mysql: mysqlUrl,
  mongo: mongoUrl,
};

/** Puts together what other tools read. */
export function describeDemo({ pids, ports, caFile, first, others, tokens }: RunningParts): DemoFile {
  const addressOf = ({ protocol }: OpenShop): { host: string; port: number } => ({
    host: "localhost",
    port: shopPorts(ports, protocol).gateway,
  });
  const urlOf = ({ protocol, tickets }: OpenShop, name: DemoPrincipalName): string => {
    const ticket = tickets.get(name);
    if (ticket === undefined) throw new Error(`no ticket for ${name}`);
    const { ticket: kept, secret } = ticket;
    return urls[protocol]({ user: kept.name, secret, port: shopPorts(ports, protocol).gateway, caFile });
  };
  const accessOf = (name: DemoPrincipalName): DemoAccess => ({
    token: tokens[name],
    pgUrl: urlOf(first, name),
    ...Object.fromEntries(others.map((shop) => [`${shop.protocol}Url`, urlOf(shop, name)])),
  });
  return {
    ready: true,
    pids: { ...pids, server: first.server.pid, ...ofOthers(others, ({ server }) => server.pid) },
    gateway: { caFile, pg: addressOf(first), ...ofOthers(others, addressOf) },
    servers: { pg: urlOfServer(first), ...ofOthers(others, urlOfServer) },
    principals: {
      alice: accessOf("alice"),
      bob: accessOf("bob"),
      "chatgpt-agent": accessOf("chatgpt-agent"),
      "ci-migrations": accessOf("ci-migrations"),
    },
  };
}

function urlOfServer({ server }: OpenShop): { readonly url: string } {
  return { url: server.url };
}

function ofOthers<T>(others: readonly OpenShop[], read: (shop: OpenShop) => T): OfOthers<T> {
  return Object.fromEntries(others.map((shop) => [shop.protocol, read(shop)]));
}
