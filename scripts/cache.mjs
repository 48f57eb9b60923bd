import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withLock } from "./lock.mjs";
import { run, StepFailure } from "./processes.mjs";
import { homeFolder, isWritableFolder, seconds, tools } from "./setup.mjs";

const MARKER = "complete.json";

/**
 * Where what was fetched or built is kept, outside the checkout so that clones share it: SALLYPORT_CACHE, else below the user's cache
 * folder. Where there is no home to keep it in, it lies below the checkout.
 */
export function cacheFolder() {
  const named = process.env.SALLYPORT_CACHE;
  if (named !== undefined && named !== "") return usable(named) ?? fail(named);
  const home = homeFolder();
  const own = process.env.XDG_CACHE_HOME;
  const caches = own !== undefined && own.startsWith("/") ? own : home === undefined ? undefined : join(home, ".cache");
  return (caches === undefined ? undefined : usable(join(caches, "sallyport"))) ?? join(tools, "cache");
}

/**
 * Makes sure that something is in the cache, and returns its folder: `parent/version`. It gets its name only when everything is in it,
 * and two commands never make it at once. Where the version is known only to whoever fetches it, `make` returns it, and any complete
 * one will do.
 * @param {string} parent
 * @param {{ version?: string, announce: string, make: (partial: string) => Promise<string | void> }} how
 */
export async function ensureCached(parent, { version, announce, make }) {
  const find = () => completeFolder(parent, version);
  const found = find();
  if (found !== undefined) return found;
  return withLock(`${parent}.lock`, async () => {
    const made = find();
    if (made !== undefined) return made;
    console.log(`▸ ${announce} …`);
    const begun = Date.now();
    const partial = join(parent, ".partial");
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    const said = await make(partial);
    const name = version ?? String(said);
    const folder = join(parent, name);
    writeFileSync(join(partial, MARKER), `${JSON.stringify({ version: name })}\n`);
    rmSync(folder, { recursive: true, force: true });
    renameSync(partial, folder);
    console.log(`  done in ${seconds(begun)} (version ${name}, in ${folder})`);
    return folder;
  });
}

/**
 * One step of a fetch. Its output is shown only when it fails.
 * @param {readonly string[]} commandLine
 * @param {{ what: string, nextStep: string, cwd?: string, env?: NodeJS.ProcessEnv }} options
 */
export async function fetchStep([command, ...args], { what, nextStep, cwd, env }) {
  const code = await run(command, args, {
    quiet: true,
    env: { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive", ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (code === 0) return;
  throw new StepFailure(
    `Fetching ${what} failed ("${[command, ...args.slice(-3)].join(" ")}" ended with ${code}); its output is above.`,
    nextStep,
  );
}

/** The folder of this version, or of the newest that is there. */
function completeFolder(parent, version) {
  const names = version === undefined ? namesIn(parent).toSorted(byNumbers).toReversed() : [version];
  return names.map((name) => join(parent, name)).find((folder) => existsSync(join(folder, MARKER)));
}

function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith(".")) : [];
}

function byNumbers(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}

function usable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return undefined;
  }
  return isWritableFolder(folder) ? folder : undefined;
}

function fail(folder) {
  throw new StepFailure(
    `SALLYPORT_CACHE names ${folder}, which cannot be written.`,
    `Name a folder of your own, or make ${dirname(folder)} writable.`,
  );
}
