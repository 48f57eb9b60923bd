import { join } from "node:path";
import { cachedFolder } from "@sallyport/cli/servers/cached-folder";

const nextStep = "npm test fetches it where the machine has what it needs";

/** What PYTHONPATH must be for the drivers that the set-up fetched. */
export function pythonPath(): string {
  return fetched("python-drivers");
}

/** What the class path must be for Java's drivers. */
export function javaClassPath(): string {
  return join(fetched("java-drivers"), "jars", "*");
}

/** MongoDB's shell, as a command and its first arguments. */
export function mongoshProgram(): readonly [command: string, ...args: string[]] {
  return [process.execPath, join(fetched("mongosh"), "node_modules", "mongosh", "bin", "mongosh.js")];
}

function fetched(name: string): string {
  const folder = cachedFolder(name);
  if (folder === undefined) throw new Error(`no ${name} in the cache: ${nextStep}`);
  return folder;
}
