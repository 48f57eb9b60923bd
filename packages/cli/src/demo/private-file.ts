import { randomBytes } from "node:crypto";
import { chmod, rename, writeFile } from "node:fs/promises";

/** Writes a file in one step: readers see the old text or the new, never a part, and only its owner may read it unless told otherwise. */
export async function writePrivate(path: string, text: string, mode = 0o600): Promise<void> {
  const partial = `${path}.${randomBytes(4).toString("hex")}.partial`;
  await writeFile(partial, text, { mode });
  // the umask may have taken bits that were asked for
  await chmod(partial, mode);
  await rename(partial, path);
}
