import { BlockList, isIP } from "node:net";

/** One entry of an agent's allow-list. */
export interface AddressPattern {
  /** undefined stands for every port. */
  readonly port: number | undefined;
  readonly host:
    | { readonly kind: "name"; readonly name: string }
    /** `*.db.internal`: any name below. */
    | { readonly kind: "names-below"; readonly suffix: string }
    | { readonly kind: "network"; readonly contains: (address: string) => boolean };
}

const MAX_PORT = 65535;

/** `HOST:PORT`, where HOST is a name, `*.SUFFIX`, an address or a CIDR network (IPv6 in brackets) and PORT may be `*`. Undefined where it is none. */
export function parseAddressPattern(text: string): AddressPattern | undefined {
  const match = /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:[\]]+)):(?<port>\*|\d{1,5})$/.exec(text);
  const host = match?.groups?.["bracketed"] ?? match?.groups?.["plain"];
  const portText = match?.groups?.["port"];
  if (host === undefined || portText === undefined) return undefined;
  const port = portText === "*" ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > MAX_PORT)) return undefined;
  const parsed = parseHost(host);
  return parsed === undefined ? undefined : { port, host: parsed };
}

/** DNS names are compared without regard to case and to the dot that ends a full name. */
export function normalName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

function parseHost(host: string): AddressPattern["host"] | undefined {
  const [address = "", prefixText, ...rest] = host.split("/");
  if (isIP(address) !== 0) return rest.length > 0 ? undefined : networkOf(address, prefixText);
  const name = normalName(host);
  const suffix = name.startsWith("*.") ? name.slice(1) : undefined;
  if (!/^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/.test(suffix?.slice(1) ?? name))
    return undefined;
  return suffix === undefined ? { kind: "name", name } : { kind: "names-below", suffix };
}

function networkOf(address: string, prefixText: string | undefined): AddressPattern["host"] | undefined {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  const bits = family === "ipv6" ? 128 : 32;
  if (prefixText !== undefined && !/^\d{1,3}$/.test(prefixText)) return undefined;
  const prefix = prefixText === undefined ? bits : Number(prefixText);
  if (prefix > bits) return undefined;
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return { kind: "network", contains: (candidate) => list.check(candidate, isIP(candidate) === 6 ? "ipv6" : "ipv4") };
}
