import { stat } from "node:fs/promises";
import { GatewayError } from "@sallyport/shared/errors";
import { readReference } from "@sallyport/shared/references/read-reference";
import { ensureKeyFile } from "./own-key-file.ts";
import { Sealer } from "./sealer.ts";
import { parseSealingKey, type SealingKey } from "./sealing-key.ts";

const FOR_OTHERS = 0o007;
const FOR_ANYONE_ELSE = 0o077;

export interface SealingOptions {
  /** References of keys, the newest first: `env:`, `file:` or `command:`, as one that asks a KMS. */
  readonly keys: readonly string[];
  /** The file of the gateway's own key, made where it is not there, for a gateway that is given no keys. */
  readonly ownKeyFile: string;
}

/** Reads the keys once. Throws `sealing/key-unavailable`, which names the reference that failed. */
export async function loadSealer({ keys, ownKeyFile }: SealingOptions): Promise<Sealer> {
  const [first, ...more] = keys;
  if (first === undefined) {
    await ensureKeyFile(ownKeyFile).catch((reason: unknown) => {
      throw unavailable(ownKeyFile, reason);
    });
    return new Sealer([await readKey(`file:${ownKeyFile}`, FOR_ANYONE_ELSE)]);
  }
  const newest = await readKey(first, FOR_OTHERS);
  return new Sealer([newest, ...(await Promise.all(more.map((reference) => readKey(reference, FOR_OTHERS))))]);
}

async function readKey(reference: string, forbidden: number): Promise<SealingKey> {
  try {
    if (reference.startsWith("file:")) await assertPrivate(reference.slice("file:".length), forbidden);
    return parseSealingKey(await readReference(reference));
  } catch (reason) {
    throw unavailable(reference, reason);
  }
}

/** A key that everybody on the host can read seals nothing. A group may, as Kubernetes hands secrets to one. */
async function assertPrivate(path: string, forbidden: number): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & forbidden) !== 0)
    throw new Error(`its mode ${(mode & 0o777).toString(8)} lets others use it: chmod 600 ${path}`);
}

function unavailable(reference: string, reason: unknown): GatewayError {
  const why = reason instanceof Error ? reason.message : String(reason);
  return new GatewayError("sealing/key-unavailable", `sealing key ${reference}: ${why}`);
}
