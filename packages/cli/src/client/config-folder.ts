import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Where this user's logins are kept. */
export function configFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const base = environment["XDG_CONFIG_HOME"] ?? "";
  // the specification says to ignore a relative one
  return join(isAbsolute(base) ? base : join(homedir(), ".config"), "sallyport");
}
