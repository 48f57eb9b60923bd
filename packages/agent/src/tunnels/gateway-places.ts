import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { DialMaterial } from "@sallyport/shared/tunnel/dial-tunnel";

/** Where a gateway can be dialled, and whom its certificate must name. */
export type GatewayPlace = Pick<DialMaterial, "gateway" | "gatewayName">;

/** All addresses of a host. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** What gRPC asks the environment for. */
const PROXY_VARIABLES = ["grpc_proxy", "https_proxy", "http_proxy"];

/** The system's. Where a proxy is in the way the name is for the proxy, and perhaps known to nobody else. */
export async function lookUpHost(host: string): Promise<readonly string[]> {
  if (PROXY_VARIABLES.some((name) => process.env[name])) return [];
  return (await lookup(host, { all: true, order: "verbatim" })).map(({ address }) => address);
}

/**
 * Every place that these gateways have. A name of several addresses is as many places, since there may be a replica behind each;
 * one that cannot be looked up is dialled as it stands, and gRPC says what is wrong with it.
 */
export async function placesOf(gateways: readonly string[], look: Lookup): Promise<readonly GatewayPlace[]> {
  return (await Promise.all(gateways.map((gateway) => placesOfOne(gateway, look)))).flat();
}

async function placesOfOne(gateway: string, look: Lookup): Promise<readonly GatewayPlace[]> {
  const colon = gateway.lastIndexOf(":");
  const [host, port] = [gateway.slice(0, colon), gateway.slice(colon + 1)];
  if (host.startsWith("[") || isIP(host) !== 0) return [{ gateway }];
  const addresses = await look(host).catch(() => []);
  if (addresses.length < 2) return [{ gateway }];
  return addresses.map((address) => ({
    gateway: isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`,
    gatewayName: host,
  }));
}
