import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import type { Secret } from "@sallyport/shared/secret";

/** A key under which secrets are sealed. */
export interface SealingKey {
  /** Follows from the key, so that nobody has to name it: what is sealed says under which it was. */
  readonly id: string;
  readonly key: KeyObject;
}

export const SEALING_KEY_BYTES = 32;
const ID_BYTES = 8;

/** A key written as 64 hexadecimal digits or as base64 of 32 bytes; throws an `Error` that does not quote it. */
export function parseSealingKey(text: Secret<string>): SealingKey {
  const written = text.reveal().trim();
  const bytes = /^[0-9a-f]{64}$/i.test(written) ? Buffer.from(written, "hex") : Buffer.from(written, "base64");
  if (bytes.length !== SEALING_KEY_BYTES || !/^[0-9a-f]{64}$|^[A-Za-z0-9+/]{43}=?$/i.test(written))
    throw new Error("a key is 64 hexadecimal digits (openssl rand -hex 32), or base64 of 32 bytes");
  const id = createHmac("sha256", bytes).update("sallyport sealing key id").digest().subarray(0, ID_BYTES);
  return { id: id.toString("hex"), key: createSecretKey(bytes) };
}
