import { CommandFailure } from "../command-failure.ts";
import { isPortFree } from "../servers/is-port-free.ts";
import type { DemoProtocol } from "./shop-server.ts";

const VARIABLE = "SALLYPORT_PORT_BASE";
const DEFAULT_BASE = 15432;
const HOST = "127.0.0.1";
const names = [
  "gateway",
  "tunnel",
  "identityProvider",
  "server",
  "mysqlGateway",
  "mysqlServer",
  "mongoGateway",
  "mongoServer",
] as const;

/** Where each part of the demo listens: ports in a row, of which the later ones are used only by the databases that were asked for. */
export type DemoPorts = Readonly<Record<(typeof names)[number], number>>;

const portsOfShops = {
  pg: { gateway: "gateway", server: "server" },
  mysql: { gateway: "mysqlGateway", server: "mysqlServer" },
  mongo: { gateway: "mongoGateway", server: "mongoServer" },
} as const satisfies Record<DemoProtocol, { gateway: keyof DemoPorts; server: keyof DemoPorts }>;

/** The ports that follow from the base the environment names. */
export function demoPorts(base: string | undefined): DemoPorts {
  const first = base === undefined || base === "" ? DEFAULT_BASE : Number(base);
  if (!Number.isInteger(first) || first < 1 || first + names.length - 1 > 65_535) {
    throw new CommandFailure(
      `${VARIABLE} is "${base}", which is not a port number.`,
      `Set it to a number from 1 to ${65_536 - names.length}, or leave it unset.`,
    );
  }
  return {
    gateway: first,
    tunnel: first + 1,
    identityProvider: first + 2,
    server: first + 3,
    mysqlGateway: first + 4,
    mysqlServer: first + 5,
    mongoGateway: first + 6,
    mongoServer: first + 7,
  };
}

/** Where the gateway listens for a protocol, and where that shop's server does. */
export function shopPorts(
  ports: DemoPorts,
  protocol: DemoProtocol,
): { readonly gateway: number; readonly server: number } {
  const { gateway, server } = portsOfShops[protocol];
  return { gateway: ports[gateway], server: ports[server] };
}

/** Fails with the port's name, before anything is started, where one is taken. */
export async function assertPortsFree(ports: DemoPorts, protocols: readonly DemoProtocol[] = ["pg"]): Promise<void> {
  const ofShops = protocols.flatMap((protocol) => Object.values(shopPorts(ports, protocol)));
  for (const port of [ports.tunnel, ports.identityProvider, ...ofShops]) {
    if (await isFree(port)) continue;
    throw new CommandFailure(
      `Port ${port} on ${HOST}, which the demo needs, is taken by another program.`,
      `End that program (perhaps another demo), or choose other ports: ${VARIABLE}=25432 npm start`,
    );
  }
}

async function isFree(port: number): Promise<boolean> {
  try {
    return await isPortFree(port);
  } catch (reason) {
    throw new CommandFailure(
      `Port ${port} cannot be listened on: ${String(reason)}.`,
      `Choose other ports: ${VARIABLE}=25432 npm start`,
      reason,
    );
  }
}
