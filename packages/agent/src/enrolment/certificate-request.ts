import { createPrivateKey, createPublicKey, generateKeyPair, sign } from "node:crypto";
import { promisify } from "node:util";
import { der, derTag } from "./der.ts";

const { integer, bitString, objectIdentifier, utf8String, sequence, set, attributes } = derTag;

/** 2.5.4.3 and 1.2.840.10045.4.3.2. */
const commonNameId = Buffer.from("550403", "hex");
const ecdsaWithSha256Id = Buffer.from("2a8648ce3d040302", "hex");

/** PEM of a new P-256 key. */
export async function makeKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)("ec", { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/**
 * PEM of a PKCS #10 request (RFC 2986 §4) of a common name and nothing else, or of no name at all. It is written by hand because these
 * few lines are all that an agent has to do with ASN.1.
 */
export function makeRequest(key: string, commonName?: string): string {
  const privateKey = createPrivateKey(key);
  const names = commonName === undefined ? [] : [nameOf(commonName)];
  const information = der(
    sequence,
    der(integer, Buffer.of(0)),
    der(sequence, ...names),
    createPublicKey(privateKey).export({ type: "spki", format: "der" }),
    der(attributes),
  );
  const signature = sign("sha256", information, privateKey);
  const request = der(
    sequence,
    information,
    der(sequence, der(objectIdentifier, ecdsaWithSha256Id)),
    der(bitString, Buffer.of(0), signature),
  );
  const lines = request.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE REQUEST-----", ...lines, "-----END CERTIFICATE REQUEST-----", ""].join("\n");
}

function nameOf(commonName: string): Buffer {
  return der(set, der(sequence, der(objectIdentifier, commonNameId), der(utf8String, Buffer.from(commonName))));
}
