import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CommandFailure, systemErrorCode } from "../command-failure.ts";
import { writePrivate } from "../demo/private-file.ts";
import { configFolder } from "./config-folder.ts";
import { holdLock } from "./hold-lock.ts";

const identityProvider = z.object({
  name: z.string(),
  issuer: z.string(),
  audience: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string()),
});

const tokens = z.object({
  token: z.string(),
  /** In seconds since 1970. */
  expires: z.number(),
  refreshToken: z.string().optional(),
});

const savedLogin = z.object({
  url: z.string(),
  /** PEM of the authority that the gateway is trusted by; left out: the system's. */
  ca: z.string().optional(),
  identityProvider: identityProvider.optional(),
  /** Left out: logged out. */
  tokens: tokens.optional(),
});

const savedLogins = z.object({
  /** The name of the one that is meant where none is named. */
  current: z.string().optional(),
  gateways: z.record(z.string(), savedLogin),
});

export type SavedTokens = z.infer<typeof tokens>;
export type SavedLogin = z.infer<typeof savedLogin>;
export type SavedLogins = z.infer<typeof savedLogins>;

/** The file that holds this user's logins. */
export function loginsFile(): string {
  return join(configFolder(), "logins.json");
}

/** Throws where the file is there and is none of ours. */
export async function readLogins(): Promise<SavedLogins> {
  const file = loginsFile();
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if (systemErrorCode(cause) === "ENOENT") return { gateways: {} };
    throw unreadable(file, cause);
  }
  try {
    return savedLogins.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Changes the logins, one process after another. What `change` returns is what is kept; what it waits for, others wait for too. */
export async function changeLogins(change: (logins: SavedLogins) => SavedLogins | Promise<SavedLogins>): Promise<void> {
  const folder = configFolder();
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await using _ = await holdLock(join(folder, "logins.lock"));
  const changed = await change(await readLogins());
  await writePrivate(loginsFile(), `${JSON.stringify(changed, null, 2)}\n`);
}

function unreadable(file: string, cause: unknown): CommandFailure {
  const reason = systemErrorCode(cause) ?? "it is not what sallyport writes";
  return new CommandFailure(`The saved logins cannot be read: ${reason}.`, `Remove ${file} and log in again.`, cause);
}
