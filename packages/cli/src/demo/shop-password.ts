import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { writePrivate } from "./private-file.ts";

/** The password of the agent's account: the one of an earlier run, or a new one. */
export async function ensureShopPassword(file: string): Promise<string> {
  const password = await readFile(file, "utf8").catch(() => randomBytes(24).toString("base64url"));
  await writePrivate(file, password);
  return password;
}
