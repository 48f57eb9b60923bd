import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { withLock } from "./lock.mjs";
import { outputOf, run, StepFailure } from "./processes.mjs";
import { seconds, tools } from "./setup.mjs";

const programs = ["psql", "pgbench"];
const folder = join(tools, "database-clients");

/**
 * Makes sure that PostgreSQL's command-line clients can be run, and returns the folders to put on the PATH for that. Where they
 * are not installed, Debian's packages are unpacked below the checkout: nothing is installed into the system, so no root is needed.
 * @returns {Promise<string[]>}
 */
export async function ensureDatabaseClients() {
  const onPath = (process.env.PATH ?? "").split(delimiter).filter((name) => name !== "");
  if (haveAll(onPath)) return [];
  const installed = serverFolders();
  if (haveAll([...onPath, ...installed])) return installed;
  const own = join(folder, "bin");
  if (haveAll([own])) return [own];
  await withLock(join(tools, "clients.lock"), async () => {
    if (!haveAll([own])) await unpackDebianPackages();
  });
  return [own];
}

function haveAll(folders) {
  return programs.every((program) => folders.some((name) => existsSync(join(name, program))));
}

/** Debian keeps the programs of each major version apart; pgbench comes with the server. */
function serverFolders() {
  const parent = "/usr/lib/postgresql";
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .toSorted((a, b) => Number(b) - Number(a))
    .map((major) => join(parent, major, "bin"));
}

async function unpackDebianPackages() {
  if ((await outputOf("apt-get", ["--version"])) === undefined) {
    throw new StepFailure(
      "The tests need psql and pgbench, and they are not on the PATH.",
      "Install PostgreSQL's command-line programs (Fedora: postgresql postgresql-contrib; macOS: brew install libpq postgresql), then run the same command again.",
    );
  }
  console.log(
    "▸ Fetching psql and pgbench (Debian's packages, unpacked below .sallyport-tools; nothing is installed into the system) …",
  );
  const begun = Date.now();
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const [lists, archives, content, bin] = ["lists", "archives", "root", "bin"].map((name) => join(partial, name));
  for (const name of [join(lists, "partial"), join(archives, "partial"), content, bin])
    mkdirSync(name, { recursive: true });
  const settings = [
    `Dir::State::lists=${lists}`,
    `Dir::Cache::archives=${archives}`,
    `Dir::Cache::pkgcache=${join(partial, "pkgcache.bin")}`,
    `Dir::Cache::srcpkgcache=${join(partial, "srcpkgcache.bin")}`,
    `Dir::Log=${partial}`,
    "Debug::NoLocking=true",
    "APT::Sandbox::User=root",
    "APT::Get::Assume-Yes=true",
    "APT::Install-Recommends=false",
  ].flatMap((setting) => ["-o", setting]);
  await step(["apt-get", ...settings, "-qq", "update"]);
  const major = await newestMajor(settings);
  // the client with every library that the machine lacks; of the server only the package itself, which pgbench is in
  await step(["apt-get", ...settings, "-qq", "install", "--download-only", `postgresql-client-${major}`]);
  await step(
    ["apt-get", ...settings, "-qq", "download", `postgresql-${major}`, `postgresql-client-${major}`, "libpq5"],
    archives,
  );
  for (const archive of readdirSync(archives).filter((name) => name.endsWith(".deb"))) {
    await step(["dpkg", "-x", join(archives, archive), content]);
  }
  for (const program of programs) writeWrapper(join(bin, program), `usr/lib/postgresql/${major}/bin/${program}`);
  for (const program of programs) await step([join(bin, program), "--version"]);
  for (const name of [lists, archives]) rmSync(name, { recursive: true, force: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
  console.log(`  done in ${seconds(begun)}`);
}

/** Debian's `postgresql` depends on the one major version of this release. */
async function newestMajor(settings) {
  const shown = (await outputOf("apt-cache", [...settings, "depends", "postgresql"])) ?? "";
  const major = /Depends: postgresql-(\d+)/.exec(shown)?.[1];
  if (major === undefined)
    throw new StepFailure(
      "apt knows no package named postgresql.",
      "Check /etc/apt/sources.list, or install psql and pgbench by hand.",
    );
  return major;
}

function writeWrapper(file, program) {
  const lines = [
    "#!/bin/sh",
    'root=$(dirname "$(dirname "$(readlink -f "$0")")")/root',
    `LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu "$root"/lib/*-linux-gnu | tr ' ' :)`,
    "export LD_LIBRARY_PATH",
    `exec "$root/${program}" "$@"`,
  ];
  writeFileSync(file, `${lines.join("\n")}\n`);
  chmodSync(file, 0o755);
}

async function step([command, ...args], cwd) {
  const code = await run(command, args, {
    quiet: true,
    env: { LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (code === 0) return;
  throw new StepFailure(
    `Fetching psql and pgbench failed ("${[command, ...args.slice(-3)].join(" ")}" ended with ${code}); its output is above.`,
    "Check that Debian's package servers can be reached, or install them yourself: sudo apt-get install postgresql-client postgresql-contrib",
  );
}
