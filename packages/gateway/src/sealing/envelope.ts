import { createCipheriv, createDecipheriv, randomBytes, type CipherGCMTypes, type KeyObject } from "node:crypto";
import { SEALING_KEY_BYTES, type SealingKey } from "./sealing-key.ts";

const VERSION = 1;
const ID_AT = 1;
const ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const WRAPPED_BYTES = NONCE_BYTES + SEALING_KEY_BYTES + TAG_BYTES;
const WRAPPED_AT = ID_AT + ID_BYTES;
const CONTENT_AT = WRAPPED_AT + WRAPPED_BYTES;
const cipher: CipherGCMTypes = "aes-256-gcm";

/**
 * Seals a secret for one name; under another name it does not open.
 *
 *     version 1 | key id 8 | nonce 12, data key 32, tag 16 | nonce 12, content, tag 16
 *
 * Each secret has a data key of its own, which alone is encrypted under the sealing key: that one meets few bytes and no two
 * contents. Both parts are bound to the name and to the key's id.
 */
export function sealEnvelope({ id, key }: SealingKey, name: string, content: Uint8Array): Buffer {
  const header = Buffer.concat([Buffer.of(VERSION), Buffer.from(id, "hex")]);
  const dataKey = randomBytes(SEALING_KEY_BYTES);
  const bound = associatedData(header, name);
  const sealed = Buffer.concat([header, encrypt(key, bound, dataKey), encrypt(dataKey, bound, content)]);
  dataKey.fill(0);
  return sealed;
}

/** Undefined where it is no envelope. */
export function keyIdOf(sealed: Buffer): string | undefined {
  if (sealed.length < CONTENT_AT + NONCE_BYTES + TAG_BYTES || sealed[0] !== VERSION) return undefined;
  return sealed.toString("hex", ID_AT, WRAPPED_AT);
}

/** Throws where the key is another, anything was changed, or the name is not the one it was sealed for. */
export function openEnvelope({ key }: SealingKey, name: string, sealed: Buffer): Buffer {
  const bound = associatedData(sealed.subarray(0, WRAPPED_AT), name);
  const dataKey = decrypt(key, bound, sealed.subarray(WRAPPED_AT, CONTENT_AT));
  try {
    return decrypt(dataKey, bound, sealed.subarray(CONTENT_AT));
  } finally {
    dataKey.fill(0);
  }
}

function associatedData(header: Buffer, name: string): Buffer {
  return Buffer.concat([Buffer.from("sallyport sealed\0"), header, Buffer.from(name)]);
}

function encrypt(key: KeyObject | Buffer, bound: Buffer, content: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const work = createCipheriv(cipher, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound);
  return Buffer.concat([nonce, work.update(content), work.final(), work.getAuthTag()]);
}

function decrypt(key: KeyObject | Buffer, bound: Buffer, part: Buffer): Buffer {
  const nonce = part.subarray(0, NONCE_BYTES);
  const work = createDecipheriv(cipher, key, nonce, { authTagLength: TAG_BYTES }).setAAD(bound);
  work.setAuthTag(part.subarray(part.length - TAG_BYTES));
  return Buffer.concat([work.update(part.subarray(NONCE_BYTES, part.length - TAG_BYTES)), work.final()]);
}
