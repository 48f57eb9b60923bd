import { createHash } from "node:crypto";
import type { ChannelBinding } from "./scram-server.ts";

const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const LONG_LENGTH = 0x80;

/** The hash of each signature algorithm, by the hex of its object identifier. RFC 5929 4.1: MD5 and SHA-1 become SHA-256. */
const hashes: Readonly<Record<string, "sha256" | "sha384" | "sha512" | "sha224">> = {
  "2a864886f70d010104": "sha256", // md5WithRSAEncryption
  "2a864886f70d010105": "sha256", // sha1WithRSAEncryption
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  "2a864886f70d01010e": "sha224",
  "2a8648ce3d0401": "sha256", // ecdsa-with-SHA1
  "2a8648ce3d040301": "sha224",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
};

/**
 * The binding to a TLS channel by its server's certificate (DER): RFC 5929. Undefined for a signature without a hash of its own
 * (Ed25519, RSASSA-PSS as older clients see it): there both ends would not agree, so the mechanism is not offered.
 */
export function tlsServerEndPoint(certificate: Buffer): ChannelBinding | undefined {
  const hash = hashes[signatureAlgorithm(certificate)?.toString("hex") ?? ""];
  if (hash === undefined) return undefined;
  return { type: "tls-server-end-point", data: createHash(hash).update(certificate).digest() };
}

/** `SEQUENCE { tbsCertificate, SEQUENCE { algorithm OID, … }, signature }`. */
function signatureAlgorithm(der: Buffer): Buffer | undefined {
  const certificate = element(der, 0, SEQUENCE);
  const signed = certificate && element(der, certificate.start, SEQUENCE);
  const algorithm = signed && element(der, signed.end, SEQUENCE);
  const identifier = algorithm && element(der, algorithm.start, OBJECT_IDENTIFIER);
  return identifier && der.subarray(identifier.start, identifier.end);
}

function element(der: Buffer, at: number, tag: number): { readonly start: number; readonly end: number } | undefined {
  const short = der[at + 1];
  if (der[at] !== tag || short === undefined) return undefined;
  const lengthBytes = short < LONG_LENGTH ? 0 : short - LONG_LENGTH;
  const start = at + 2 + lengthBytes;
  if (lengthBytes > 4 || start > der.length) return undefined;
  const length = lengthBytes === 0 ? short : der.readUIntBE(at + 2, lengthBytes);
  const end = start + length;
  return end > der.length ? undefined : { start, end };
}
