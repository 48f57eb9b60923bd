import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";

/** Of the key of the mask `hash`. */
export const MASK_KEY_BYTES = 32;

/** The key of the mask `hash`: of a file with 64 hexadecimal digits; without one, that of this process and those beside it, or of this process alone. */
export async function readMaskKey(file: string | undefined, common?: Secret<Buffer>): Promise<Buffer> {
  if (file === undefined) return common?.reveal() ?? randomBytes(MASK_KEY_BYTES);
  const text = (await readFile(file, "utf8")).trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new GatewayError("internal/unexpected", `${file} must hold 64 hexadecimal digits: openssl rand -hex 32`);
  }
  return Buffer.from(text, "hex");
}
