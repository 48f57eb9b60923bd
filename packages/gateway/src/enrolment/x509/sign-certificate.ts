import type { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import { loadX509 } from "./load-x509.ts";

/** So that a machine whose clock is behind accepts a certificate made just now. */
const BACKDATE_MS = 3_600_000;

export const ecdsaP256 = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Who signs. */
export interface Issuer {
  /** PEM. */
  readonly certificate: string;
  readonly key: webcrypto.CryptoKey;
}

/** All that a certificate says: nothing of it comes from a request but the key. */
export interface CertificateContent {
  readonly publicKey: webcrypto.CryptoKey;
  readonly commonName: string;
  readonly organizationalUnit?: string | undefined;
  readonly usages: readonly ("clientAuth" | "serverAuth")[];
  /** DNS names and IP addresses of a server. */
  readonly hosts?: readonly string[];
  /** Of an agent, for whoever reads certificates. */
  readonly uri?: string | undefined;
  /** Hex; random where it is left out. */
  readonly serial?: string | undefined;
  readonly lifetimeMs: number;
}

export interface SignedCertificate {
  /** PEM. */
  readonly certificate: string;
  /** SHA-256, as agent documents write it. */
  readonly fingerprint: string;
  readonly serial: string;
  readonly expires: Date;
}

/** Signs a certificate of somebody else's key, never one that may sign in turn. */
export async function signCertificate(issuer: Issuer, content: CertificateContent): Promise<SignedCertificate> {
  const x509 = await loadX509();
  const authority = new x509.X509Certificate(issuer.certificate);
  const now = Date.now();
  const notAfter = new Date(Math.min(now + content.lifetimeMs, authority.notAfter.getTime()));
  const names = alternativeNames(content);
  const certificate = await x509.X509CertificateGenerator.create({
    ...(content.serial === undefined ? {} : { serialNumber: content.serial }),
    subject: [
      { CN: [content.commonName] },
      ...(content.organizationalUnit === undefined ? [] : [{ OU: [content.organizationalUnit] }]),
    ],
    issuer: authority.subjectName.toJSON(),
    publicKey: content.publicKey,
    signingKey: issuer.key,
    signingAlgorithm: ecdsaP256,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(
        content.usages.map((usage) => x509.ExtendedKeyUsage[usage]),
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(content.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority),
      ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names)]),
    ],
  });
  return {
    certificate: `${certificate.toString("pem")}\n`,
    fingerprint: fingerprintOf(await certificate.getThumbprint("SHA-256")),
    serial: certificate.serialNumber,
    expires: notAfter,
  };
}

function alternativeNames({ hosts = [], uri }: CertificateContent) {
  const servers = hosts.map((value) => ({ type: isIP(value) === 0 ? ("dns" as const) : ("ip" as const), value }));
  return uri === undefined ? servers : [...servers, { type: "url" as const, value: uri }];
}

function fingerprintOf(digest: ArrayBuffer): string {
  return (Buffer.from(digest).toString("hex").toUpperCase().match(/../g) ?? []).join(":");
}
