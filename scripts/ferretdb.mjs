import { chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder, ensureCached, fetchStep } from "./cache.mjs";
import { outputOf, StepFailure } from "./processes.mjs";

const MODULE = "github.com/FerretDB/FerretDB";
const VERSION = "v1.24.2";
const OLDEST_GO = 24;

/**
 * Makes sure that FerretDB, which stands in for a MongoDB server, is in the cache: it is built from source where Go is there. Returns
 * whether it is there now.
 */
export async function ensureFerretDb() {
  const minor = Number(/go1\.(\d+)/.exec((await outputOf("go", ["version"])) ?? "")?.[1] ?? 0);
  if (minor < OLDEST_GO) return false;
  await ensureCached(join(cacheFolder(), "ferretdb"), {
    version: VERSION.slice(1),
    announce:
      "Building FerretDB, which stands in for MongoDB's server (from source with Go, two to three minutes, only this once)",
    make: build,
  });
  return true;
}

async function build(partial) {
  const go = join(partial, "go");
  // its own caches, a gigabyte together, go when it is built
  const env = {
    GOMODCACHE: join(go, "modules"),
    GOCACHE: join(go, "build"),
    GOTMPDIR: undefined,
    GOFLAGS: "-modcacherw",
    GOWORK: "off",
    CGO_ENABLED: "0",
  };
  const step = (commandLine, cwd) =>
    fetchStep(commandLine, {
      what: "FerretDB",
      nextStep:
        "Check that Go's module proxy can be reached and the disk has 2 GB of room, or name a running server by SALLYPORT_TEST_MONGO_URL.",
      cwd,
      env,
    });
  mkdirSync(go);
  await step(["go", "mod", "download", `${MODULE}@${VERSION}`], go);
  const source = join(go, "source");
  cpSync(join(env.GOMODCACHE, escaped(`${MODULE}@${VERSION}`)), source, { recursive: true });
  const versionFolder = join(source, "build", "version");
  for (const folder of [source, join(source, "build"), versionFolder]) chmodSync(folder, 0o755);
  // a release is built from a checkout, whose tag this file then has; without it the program refuses to start
  writeFileSync(join(versionFolder, "version.txt"), VERSION);
  const program = join(partial, "ferretdb");
  await step(["go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "./cmd/ferretdb"], source);
  rmSync(go, { recursive: true, force: true });
  if ((await outputOf(program, ["--version"])) !== undefined) return;
  throw new StepFailure(
    "FerretDB was built, but does not start.",
    `Run it to see why: ${program} --version; or name a running server by SALLYPORT_TEST_MONGO_URL.`,
  );
}

/** Go's module cache writes capital letters as small ones behind an exclamation mark. */
function escaped(path) {
  return path.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}
