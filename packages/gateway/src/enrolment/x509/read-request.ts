import type { webcrypto } from "node:crypto";
import { GatewayError } from "@sallyport/shared/errors";
import { loadX509 } from "./load-x509.ts";

/** One of P-256 has about 400 characters. */
const MAX_LENGTH = 4096;

const allowedCurves = new Set(["P-256", "P-384"]);

/** What is taken from a request. */
export interface ReadRequest {
  readonly publicKey: webcrypto.CryptoKey;
  /** DER of the key. */
  readonly keyInfo: Buffer;
  readonly commonName: string | undefined;
}

/**
 * Reads a PKCS #10 request in PEM. Throws `enrolment/request-refused` for one whose key is no elliptic one of P-256 or P-384, that
 * is not signed by it, or that asks for more than a common name: alternative names and extensions are refused, not left out
 * in silence.
 */
export async function readRequest(pem: string): Promise<ReadRequest> {
  if (pem.length > MAX_LENGTH) throw refused("it is too long");
  if (!/^\s*-----BEGIN CERTIFICATE REQUEST-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE REQUEST-----\s*$/.test(pem))
    throw refused("it is no PEM of one request");
  const x509 = await loadX509();
  const request = attempt(() => new x509.Pkcs10CertificateRequest(pem));
  if (request.attributes.length > 0 || request.extensions.length > 0)
    throw refused("it asks for extensions; what a certificate says is the gateway's to decide");
  const subject = request.subjectName.toJSON();
  const names = subject.flatMap((part) => Object.entries(part));
  const [named, ...more] = names;
  if (more.length > 0 || (named !== undefined && (named[0] !== "CN" || named[1].length !== 1)))
    throw refused("its subject is more than a common name");
  const publicKey = await attempt(() => exportKey(request.publicKey));
  if (!(await request.verify().catch(() => false))) throw refused("it is not signed by its own key");
  return { publicKey, keyInfo: Buffer.from(request.publicKey.rawData), commonName: named?.[1][0] };
}

async function exportKey(key: {
  readonly algorithm: { readonly name: string };
  export(): Promise<webcrypto.CryptoKey>;
}): Promise<webcrypto.CryptoKey> {
  const { algorithm } = key;
  const curve = "namedCurve" in algorithm && typeof algorithm.namedCurve === "string" ? algorithm.namedCurve : "";
  if (algorithm.name !== "ECDSA" || !allowedCurves.has(curve)) throw refused("its key must be of P-256 or P-384");
  return key.export();
}

function attempt<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof GatewayError) throw cause;
    throw refused("it cannot be read", cause);
  }
}

function refused(why: string, cause?: unknown): GatewayError {
  return new GatewayError("enrolment/request-refused", `the certificate request is refused: ${why}`, {
    detail: `The certificate request is refused: ${why}.`,
    cause,
  });
}
