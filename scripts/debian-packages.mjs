import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetchStep } from "./cache.mjs";
import { outputOf, StepFailure } from "./processes.mjs";

/** Debian's own key file: with it, apt checks signatures and hashes by itself. */
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/**
 * Unpacks Debian packages of one suite with everything they need, the C library included, from the mirror that this machine's
 * apt uses. Nothing is installed into the system and no root is needed; whatever the machine's own release is, the programs then run by
 * the loader that is unpacked with them.
 * @param {string} into
 * @param {{ suite: string, packages: readonly string[], alone?: readonly string[], leaveOut?: RegExp, what: string, nextStep: string }} choice
 *   `alone` come without what they need, and `leaveOut` are not unpacked
 * @returns {Promise<readonly string[]>} the names of the archives
 */
export async function unpackDebianPackages(into, { suite, packages, alone = [], leaveOut, what, nextStep }) {
  const apt = join(into, "apt");
  const archives = join(apt, "cache", "archives");
  for (const folder of ["lists/partial", "cache/archives/partial", "parts"])
    mkdirSync(join(apt, folder), { recursive: true });
  // no package counts as installed, so all that is needed is fetched
  writeFileSync(join(apt, "status"), "");
  const mirror = await debianMirror(what, nextStep);
  writeFileSync(join(apt, "sources.list"), `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`);
  const settings = [
    `Dir::State=${apt}`,
    `Dir::State::Lists=${join(apt, "lists")}`,
    `Dir::State::status=${join(apt, "status")}`,
    `Dir::Cache=${join(apt, "cache")}`,
    `Dir::Etc::SourceList=${join(apt, "sources.list")}`,
    `Dir::Etc::SourceParts=${join(apt, "parts")}`,
    `Dir::Log=${apt}`,
    "APT::Sandbox::User=",
    "APT::Get::Assume-Yes=true",
    "APT::Install-Recommends=false",
    "Debug::NoLocking=true",
    "Acquire::Languages=none",
    "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=0",
  ].flatMap((setting) => ["-o", setting]);
  const step = (commandLine, cwd) => fetchStep(commandLine, { what, nextStep, cwd });
  await step(["apt-get", ...settings, "-qq", "update"]);
  await step(["apt-get", ...settings, "-qq", "install", "--download-only", ...packages]);
  if (alone.length > 0) await step(["apt-get", ...settings, "-qq", "download", ...alone], archives);
  const names = readdirSync(archives).filter((name) => name.endsWith(".deb") && leaveOut?.test(name) !== true);
  for (const name of names) await step(["dpkg-deb", "-x", join(archives, name), into]);
  rmSync(apt, { recursive: true, force: true });
  return names;
}

/**
 * The version of a package among archives, as their names have it.
 * @param {readonly string[]} archives
 * @param {string} name
 */
export function versionOf(archives, name) {
  const found = archives.find((archive) => archive.startsWith(`${name}_`))?.split("_")[1];
  if (found === undefined) throw new Error(`no archive of ${name}`);
  // an epoch ("1%3a") is Debian's own business, and a plus sign is a trap in paths
  return found.replace(/^\d+%3a/i, "").replaceAll(/[^\w.~-]/g, "-");
}

/** The first mirror that this machine's own lists come from. */
async function debianMirror(what, nextStep) {
  const shown = await outputOf("apt-get", ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]);
  const mirror = shown?.split("\n").find((line) => line !== "" && !line.includes("security"));
  if (mirror !== undefined) return mirror;
  throw new StepFailure(
    `${what} would come from Debian's packages, and there is no apt with a Debian mirror on this machine.`,
    nextStep,
  );
}
