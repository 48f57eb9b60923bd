import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

const MARKER = "complete.json";

/** The folder of the newest complete version of something that the project's set-up fetched or built; undefined: it is not there. */
export function cachedFolder(name: string): string | undefined {
  const parent = join(cacheFolder(), name);
  if (!existsSync(parent)) return undefined;
  return readdirSync(parent)
    .filter((version) => !version.startsWith(".") && existsSync(join(parent, version, MARKER)))
    .toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }))
    .map((version) => join(parent, version))
    .at(-1);
}

/** Where the set-up keeps what it fetched: it names the folder to all that it starts, and otherwise takes the user's cache folder. */
export function cacheFolder(): string {
  const named = process.env["SALLYPORT_CACHE"];
  if (named !== undefined && named !== "") return named;
  const caches = process.env["XDG_CACHE_HOME"];
  return join(caches !== undefined && isAbsolute(caches) ? caches : join(homedir(), ".cache"), "sallyport");
}
