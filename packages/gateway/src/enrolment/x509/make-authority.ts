import { KeyObject, webcrypto } from "node:crypto";
import { loadX509 } from "./load-x509.ts";
import { ecdsaP256 } from "./sign-certificate.ts";

const YEAR_MS = 365 * 86_400_000;
const BACKDATE_MS = 3_600_000;

/** For how long a new authority is good. */
const AUTHORITY_YEARS = 10;

/** An authority that signs itself: PEM, and the private key as DER of PKCS #8. */
export async function makeAuthority(name: string): Promise<{ readonly certificate: string; readonly key: Buffer }> {
  const x509 = await loadX509();
  const keys = await webcrypto.subtle.generateKey(ecdsaP256, true, ["sign", "verify"]);
  const now = Date.now();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [name] }],
    keys,
    signingAlgorithm: ecdsaP256,
    notBefore: new Date(now - BACKDATE_MS),
    notAfter: new Date(now + AUTHORITY_YEARS * YEAR_MS),
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate: `${certificate.toString("pem")}\n`,
    key: KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "der" }),
  };
}

/** The private key, for signing and nothing else. */
export function importAuthorityKey(der: Buffer): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey("pkcs8", der, ecdsaP256, false, ["sign"]);
}
