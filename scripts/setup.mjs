import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "./lock.mjs";
import { run, StepFailure } from "./processes.mjs";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const tools = join(root, ".sallyport-tools");
/** The Node that everything but these scripts runs on, whatever the machine's own is. */
export const node = join(root, "node_modules", ".bin", "node");
const stampFile = join(root, "node_modules", ".sallyport-installed");

/** Installs what the lockfile names, unless that is done. */
export async function ensureInstalled() {
  assertWritable();
  if (isInstalled()) return;
  await withLock(join(tools, "setup.lock"), async () => {
    if (isInstalled()) return;
    console.log("▸ Installing dependencies (half a minute to a few minutes, only this once) …");
    const begun = Date.now();
    const pnpm = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;
    const [command, ...args] = [...npx(), "-y", pnpm, "install", "--frozen-lockfile"];
    const code = await run(command, args, { quiet: true, env: { ...installEnvironment(), CI: "true" } });
    if (code !== 0) {
      throw new StepFailure(
        `Installing dependencies failed ("${["npx", ...args.slice(-4)].join(" ")}" ended with ${code}); its output is above.`,
        "Check that the npm registry can be reached and the disk has room, then run the same command again. If it fails in the same way, remove node_modules first.",
      );
    }
    writeFileSync(stampFile, fingerprint());
    console.log(`  done in ${seconds(begun)}`);
  });
}

/** The environment in which the project's own tools find the right Node first. */
export function toolEnvironment(folders = []) {
  return {
    ...homeEnvironment(),
    PATH: [join(root, "node_modules", ".bin"), ...folders, process.env.PATH ?? ""].join(delimiter),
  };
}

export function seconds(begun) {
  return `${((Date.now() - begun) / 1000).toFixed(1)} s`;
}

function isInstalled() {
  return existsSync(stampFile) && existsSync(node) && readFileSync(stampFile, "utf8") === fingerprint();
}

/** Of everything that decides what is installed. */
function fingerprint() {
  const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name, "package.json"));
  const files = ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", "test/package.json", ...packages.toSorted()];
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of files)
    if (existsSync(join(root, file))) hash.update(`\0${file}\0`).update(readFileSync(join(root, file)));
  return hash.digest("hex");
}

/** The npx beside the npm that runs this, else the one on the PATH. */
function npx() {
  const beside = process.env.npm_execpath === undefined ? "" : join(dirname(process.env.npm_execpath), "npx-cli.js");
  return existsSync(beside) ? [process.execPath, beside] : ["npx"];
}

/** npm hands its own settings down in variables; some of them mean something else to pnpm. */
function installEnvironment() {
  const inherited = Object.keys(process.env).filter((name) =>
    /^npm_(package|lifecycle|config_(?!registry|cache|.*proxy|.*ca))/i.test(name),
  );
  return { ...Object.fromEntries(inherited.map((name) => [name, undefined])), ...homeEnvironment() };
}

/** The home that the environment names, where it can be used. */
export function homeFolder() {
  const home = process.env.HOME;
  return home !== undefined && home !== "" && isWritableFolder(home) ? home : undefined;
}

/** Package managers and browsers insist on a home to keep things in; where there is none, they get one here. */
function homeEnvironment() {
  if (homeFolder() !== undefined) return {};
  const own = join(tools, "home");
  mkdirSync(own, { recursive: true });
  return {
    HOME: own,
    XDG_DATA_HOME: undefined,
    XDG_CACHE_HOME: undefined,
    XDG_CONFIG_HOME: undefined,
    XDG_STATE_HOME: undefined,
  };
}

/** @param {string} path */
export function isWritableFolder(path) {
  try {
    accessSync(path, constants.W_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function assertWritable() {
  for (const folder of [root, ...["node_modules", ".sallyport-tools", ".sallyport"].map((name) => join(root, name))]) {
    if (!existsSync(folder) || isWritableFolder(folder)) continue;
    const owner = statSync(folder).uid;
    throw new StepFailure(
      `${folder} cannot be written: it belongs to user ${owner}, and this command runs as user ${process.getuid?.()}.`,
      owner === 0
        ? `Make it yours: sudo chown -R "$(id -un)" ${folder}`
        : "Run the command as that user, or in a clone of your own.",
    );
  }
}
