import { X509Certificate } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GatewayConfig } from "../config.ts";
import type { Log } from "../log.ts";
import type { CredentialDesk } from "../sealing/credential-desk.ts";
import { loadSealer } from "../sealing/load-sealer.ts";
import { resealAll } from "../sealing/reseal.ts";
import { createCredentialDesk } from "../sealing/store-credentials.ts";
import type { StateStore } from "../store/state-store.ts";
import type { TunnelTls } from "../tunnel/tunnel-credentials.ts";
import { createEnrolmentDesk } from "./create-enrolment-desk.ts";
import type { EnrolmentDesk } from "./enrolment-desk.ts";
import { openOwnAuthority, type OwnAuthority } from "./own-authority.ts";
import { readServerCertificate, type ServerCertificate } from "./presented-certificate.ts";
import { openServerCertificate, type ServerCertificateOptions } from "./server-certificate.ts";

/** By these names a gateway is known to whoever is on its own host. */
const ownNames = ["localhost", "127.0.0.1", "::1"];

/** All that a gateway's trust rests on: what it seals with, what it signs with, and what it presents. */
export interface GatewayTrust extends Disposable {
  readonly authority: OwnAuthority;
  readonly credentials: CredentialDesk;
  /** What clients and the API's callers see. */
  readonly door: ServerCertificate;
  /** What agents see, and who signs their certificates. */
  readonly tunnel: { current(): TunnelTls; onChanged(listener: (tls: TunnelTls) => void): () => void };
  /** `ports` are known once something listens. */
  enrolment(ports: { readonly api: () => number | undefined; readonly tunnel: () => number }): EnrolmentDesk;
}

export interface TrustOptions {
  readonly config: Pick<GatewayConfig, "state" | "tls" | "tunnel" | "enrolment" | "sealing">;
  readonly store: StateStore;
  readonly log: Log;
  readonly certificateTimes?: ServerCertificateOptions["times"];
}

/** Reads the keys, opens the gateway's own authority or makes it, and has certificates made where the operator has none. */
export async function openGatewayTrust({ config, store, log, certificateTimes }: TrustOptions): Promise<GatewayTrust> {
  const { state, tls, tunnel, sealing } = config;
  using opened = new DisposableStack();
  const sealer = await loadSealer({ keys: sealing.keys, ownKeyFile: join(state.folder, "sealing.key") });
  if (sealing.keys.length > 1) await resealAll(sealer, store, { name: "gateway", kind: "gateway" }, log);
  const authority = await openOwnAuthority(store.authorities, sealer);
  const make = (names: readonly string[]) =>
    openServerCertificate({ authority, names: [...new Set([...names, ...ownNames])], log, times: certificateTimes });
  const door = opened.use("names" in tls ? await make(tls.names) : await readServerCertificate(tls));
  await mkdir(state.folder, { recursive: true });
  if ("names" in tls) await writeFile(join(state.folder, "ca.crt"), authority.trusted);
  const { certificateFile, keyFile, caFile, addresses = [] } = tunnel ?? {};
  const ownFiles = certificateFile === undefined || keyFile === undefined ? undefined : { certificateFile, keyFile };
  const tunnelCertificate = await tunnelCertificateOf();
  const operatorsAuthority = caFile === undefined ? "" : asPem(await readFile(caFile, "utf8"));
  const tunnelTls = (): TunnelTls => ({
    ...tunnelCertificate.current,
    ca: authority.trusted + operatorsAuthority,
  });
  const chain = "names" in tls ? undefined : lastOf(door.current.certificate);
  const host = "names" in tls ? tls.names[0] : namesOf(door.current.certificate)[0];
  const moreAuthorities =
    ownFiles === undefined ? "" : operatorsAuthority + asPem(lastOf(tunnelCertificate.current.certificate).toString());
  const everything = opened.move();
  return {
    authority,
    credentials: createCredentialDesk(sealer, store.credentials),
    door,
    tunnel: {
      current: tunnelTls,
      onChanged: (listener) => tunnelCertificate.onRenewed(() => listener(tunnelTls())),
    },
    enrolment: (ports) =>
      createEnrolmentDesk({
        store,
        authority,
        url: () => config.enrolment.url ?? `https://${bracketed(host ?? "localhost")}:${ports.api() ?? 443}`,
        apiFingerprint: () =>
          chain === undefined ? authority.fingerprint : chain.fingerprint256.replaceAll(":", "").toLowerCase(),
        moreAuthorities,
        tunnels: () => (addresses.length > 0 ? addresses : [`${bracketed(host ?? "localhost")}:${ports.tunnel()}`]),
        certificateLifetimeSeconds: config.enrolment.certificateHours * 3600,
        log,
      }),
    [Symbol.dispose]: () => everything.dispose(),
  };

  async function tunnelCertificateOf(): Promise<ServerCertificate> {
    if (ownFiles !== undefined) return readServerCertificate(ownFiles);
    if ("names" in tls) return door;
    const hosts = addresses.map((address) => address.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1"));
    return opened.use(await make(hosts.length > 0 ? hosts : namesOf(door.current.certificate)));
  }
}

/** The certificate that ends a chain: an agent that pins it goes on knowing a gateway whose own was renewed, where there are two. */
function lastOf(chain: string): X509Certificate {
  const parts = chain.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  return new X509Certificate(parts.at(-1) ?? chain);
}

function namesOf(certificate: string): readonly string[] {
  const { subjectAltName = "" } = new X509Certificate(certificate);
  return [...subjectAltName.matchAll(/(?:DNS|IP Address):([^\s,]+)/g)].flatMap(([, name]) => name ?? []);
}

function asPem(text: string): string {
  return text.endsWith("\n") ? text : `${text}\n`;
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
