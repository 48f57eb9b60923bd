import type { OwnAuthority } from "../enrolment/own-authority.ts";
import type { ServerCertificate } from "../enrolment/presented-certificate.ts";
import { openServerCertificate, type ServerCertificateOptions } from "../enrolment/server-certificate.ts";
import type { Log } from "../log.ts";
import type { ShownCertificate } from "../tunnel/tunnel-desk.ts";

const SUFFIX = ".replica.sallyport.internal";

export interface RelayCertificateOptions {
  readonly authority: OwnAuthority;
  readonly replica: string;
  readonly log: Log;
  readonly times?: ServerCertificateOptions["times"];
}

/** By what the others know this replica, whether they dial it or it dials them. Only a process that has the authority's key can make one. */
export function openRelayCertificate({ replica, ...options }: RelayCertificateOptions): Promise<ServerCertificate> {
  const usages = ["serverAuth", "clientAuth"] as const;
  return openServerCertificate({ ...options, names: [relayName(replica)], commonName: "sallyport replica", usages });
}

/** The host that a replica's certificate names. It is not looked up anywhere. */
export function relayName(replica: string): string {
  return replica + SUFFIX;
}

/** Which replica shows this; undefined: none. An agent's certificate, of the same authority, names no host. */
export function replicaOf({ hosts }: ShownCertificate): string | undefined {
  const [host] = hosts;
  return host?.endsWith(SUFFIX) === true ? host.slice(0, -SUFFIX.length) : undefined;
}
