import { randomBytes } from "node:crypto";
import { link, mkdir, open, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { SEALING_KEY_BYTES } from "./sealing-key.ts";

/** Makes a file with a new sealing key unless there is one. Of several processes that come at once one's key stays, and all read that. */
export async function ensureKeyFile(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const own = `${path}.${randomBytes(6).toString("hex")}`;
  const file = await open(own, "wx", 0o600);
  try {
    await file.writeFile(`${randomBytes(SEALING_KEY_BYTES).toString("hex")}\n`);
    // a key that was used and then lost with the machine's power would take all that it sealed with it
    await file.sync();
    await link(own, path).catch((reason: unknown) => {
      if (!(reason instanceof Error && "code" in reason && reason.code === "EEXIST")) throw reason;
    });
  } finally {
    await file.close();
    await rm(own, { force: true });
  }
  await using folder = await open(dirname(path));
  await folder.sync();
}
