import { GatewayError } from "@sallyport/shared/errors";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { normalName, parseAddressPattern, type AddressPattern } from "./address-pattern.ts";

/** Every address that a name has now. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** What an agent may dial. */
export interface AllowList {
  /** The addresses to dial for a host, in order. What was resolved is what was checked, so it must be dialled as it is. Throws `agent/address-refused` or `server/unreachable`. */
  resolve(host: string, port: number): Promise<readonly string[]>;
}

/** Names that are listed may resolve to anything: the list says so. Any other name is dialled only at addresses of a listed network. */
export function createAllowList(patterns: readonly string[], resolve: Resolve = resolveByDns): AllowList {
  const parsed = patterns.map((text) => {
    const pattern = parseAddressPattern(text);
    if (pattern === undefined) throw new GatewayError("internal/unexpected", `"${text}" is no address to allow`);
    return pattern;
  });
  return {
    resolve: async (host, port) => {
      const ofPort = parsed.filter((pattern) => pattern.port === undefined || pattern.port === port);
      const listed = isIP(host) === 0 && ofPort.some((pattern) => namesHost(pattern, normalName(host)));
      const networks = ofPort.flatMap((pattern) => (pattern.host.kind === "network" ? [pattern.host] : []));
      // A name that no entry could match is not even looked up: queries leave the network too.
      if (!listed && networks.length === 0) throw refused(host, port);
      const addresses = isIP(host) === 0 ? await resolve(host) : [host];
      const allowed = listed
        ? addresses
        : addresses.filter((address) => networks.some((network) => network.contains(address)));
      if (allowed.length === 0) throw refused(host, port);
      return allowed;
    },
  };
}

function namesHost(pattern: AddressPattern, name: string): boolean {
  if (pattern.host.kind === "name") return pattern.host.name === name;
  return (
    pattern.host.kind === "names-below" &&
    name.endsWith(pattern.host.suffix) &&
    name.length > pattern.host.suffix.length
  );
}

function refused(host: string, port: number): GatewayError {
  return new GatewayError("agent/address-refused", `${host}:${port} is not in this agent's allow-list`);
}

async function resolveByDns(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new GatewayError("server/unreachable", `${host} cannot be resolved`, { cause });
  }
}
