import { randomBytes, X509Certificate } from "node:crypto";
import { authoritySealName } from "../sealing/sealed-names.ts";
import type { Sealer } from "../sealing/sealer.ts";
import type { Actor } from "../store/doors/actor.ts";
import type { Authorities, AuthorityRow } from "../store/doors/authority.ts";
import { importAuthorityKey, makeAuthority } from "./x509/make-authority.ts";
import {
  signCertificate,
  type CertificateContent,
  type Issuer,
  type SignedCertificate,
} from "./x509/sign-certificate.ts";

const gatewayActor: Actor = { name: "gateway", kind: "gateway" };

/** The gateway's own authority, of which all its replicas have the key, sealed in the store. */
export interface OwnAuthority {
  /** PEM of the certificate that signs now. */
  readonly certificate: string;
  /** Its SHA-256, as lower-case hex. */
  readonly fingerprint: string;
  /** PEM of all that are still trusted, the newest first. */
  readonly trusted: string;
  sign(content: CertificateContent): Promise<SignedCertificate>;
}

/** Opens the authority, or makes the first one; of several replicas that come at once one makes it. */
export async function openOwnAuthority(authorities: Authorities, sealer: Sealer): Promise<OwnAuthority> {
  const made = await authorities.ensure(() => makeRow(sealer), gatewayActor);
  const rows = await authorities.list();
  const newest = rows[0] ?? made;
  const key = sealer.open(authoritySealName(newest.id), newest.sealedKey);
  const issuer: Issuer = { certificate: newest.certificate, key: await importAuthorityKey(key) };
  key.fill(0);
  const now = Date.now();
  const trusted = rows.filter(({ certificate }) => new X509Certificate(certificate).validToDate.getTime() > now);
  return {
    certificate: newest.certificate,
    fingerprint: new X509Certificate(newest.certificate).fingerprint256.replaceAll(":", "").toLowerCase(),
    trusted: trusted.map(({ certificate }) => certificate).join(""),
    sign: (content) => signCertificate(issuer, content),
  };
}

async function makeRow(sealer: Sealer): Promise<Omit<AuthorityRow, "createdAt">> {
  const id = randomBytes(8).toString("hex");
  const { certificate, key } = await makeAuthority(`Sallyport authority ${id}`);
  const { sealed, keyId } = sealer.seal(authoritySealName(id), key);
  key.fill(0);
  return { id, certificate, sealedKey: sealed, keyId };
}
