import { constants, createPublicKey, publicEncrypt, type KeyObject } from "node:crypto";
import { GatewayError } from "@sallyport/shared/errors";
import { exclusiveOr } from "./exclusive-or.ts";
import { NONCE_BYTES } from "./native-proof.ts";

/**
 * The password for a server that asks for it without TLS: RSA with the key that the server sent just now. Nothing says whose key that is, so it
 * keeps the password from those who listen and not from somebody who stands in between; who wants more gives the connection TLS.
 */
export function encryptPassword(password: string, nonce: Buffer, pem: Buffer): Buffer {
  const key = rsaKey(pem);
  const masked = exclusiveOr(Buffer.from(`${password}\0`, "utf8"), nonce.subarray(0, NONCE_BYTES));
  try {
    return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" }, masked);
  } catch (cause) {
    throw new GatewayError("server/login-failed", "the password does not fit the server's public key", { cause });
  }
}

function rsaKey(pem: Buffer): KeyObject {
  try {
    const key = createPublicKey({ key: pem, format: "pem" });
    if (key.asymmetricKeyType === "rsa") return key;
  } catch (cause) {
    throw new GatewayError("server/malformed", "the server's public key cannot be read", { cause });
  }
  throw new GatewayError("server/malformed", "the server's public key is not of RSA");
}
