import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { chown, mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CommandFailure } from "../../command-failure.ts";
import type { Leftover } from "../leftover.ts";
import type { PostgresBinaries } from "./binaries.ts";
import { serverUser, unprivilegedCommand } from "./unprivileged.ts";

/** With these, letters of all scripts have upper and lower case whatever locales the machine has. */
const BUILTIN_LOCALES_SINCE = 17;

const run = promisify(execFile);

/** Where one server keeps everything: `data` is PostgreSQL's own, the rest is ours. */
export interface ServerFolder {
  readonly data: string;
  readonly passwordFile: string;
  readonly logFile: string;
}

/** Names the files below a server's folder. */
export function serverFolder(folder: string): ServerFolder {
  return {
    data: join(folder, "data"),
    passwordFile: join(folder, "superuser-password"),
    logFile: join(folder, "server.log"),
  };
}

/** How an earlier server on this data folder is known. */
export function postgresLeftover(data: string): Leftover {
  return { label: "PostgreSQL", lockFile: join(data, "postmaster.pid"), argument: data };
}

/**
 * Makes sure that a folder holds an initialised database cluster; one that was begun and not finished is made anew.
 * With a template, the cluster is copied from it, which is several times quicker; the template is made when it is missing
 * (its name is completed by user and version), and may be used by several processes at once.
 */
export async function ensureCluster(
  folder: string,
  template: string | undefined,
  binaries: PostgresBinaries,
): Promise<void> {
  const { data } = serverFolder(folder);
  if (existsSync(join(data, "PG_VERSION"))) return;
  await rm(data, { recursive: true, force: true });
  if (template === undefined) {
    await makeCluster(folder, binaries);
    return;
  }
  const own = await ensureTemplate(template, binaries);
  await mkdir(folder, { recursive: true });
  await writeFile(serverFolder(folder).passwordFile, await readFile(serverFolder(own).passwordFile), {
    mode: 0o600,
  });
  const partial = `${data}.partial`;
  await rm(partial, { recursive: true, force: true });
  await run("cp", ["-a", serverFolder(own).data, partial]);
  await rename(partial, data);
}

/** A template of one's own for this version of the server: another user's could not be read, another version's not be started. */
async function ensureTemplate(named: string, binaries: PostgresBinaries): Promise<string> {
  const version = createHash("sha256")
    .update(await realpath(binaries.postgres))
    .digest("hex")
    .slice(0, 12);
  const template = `${named}-${process.getuid?.() ?? "user"}-${version}`;
  if (await isReady(template)) return template;
  const partial = `${template}.${process.pid}-${randomBytes(4).toString("hex")}`;
  await makeCluster(partial, binaries);
  try {
    await rename(partial, template);
  } catch (reason) {
    // another process was quicker
    await rm(partial, { recursive: true, force: true });
    if (!(await isReady(template))) throw reason;
  }
  return template;
}

/** Somebody else could have put a folder of that name where everybody may write. */
async function isReady(template: string): Promise<boolean> {
  const found = await stat(template).catch(() => undefined);
  if (found === undefined) return false;
  if (found.uid === process.getuid?.()) return true;
  throw new CommandFailure(`The folder ${template} belongs to another user.`, "Remove it, or name another template.");
}

async function makeCluster(folder: string, { initdb, major }: PostgresBinaries): Promise<void> {
  const { data, passwordFile } = serverFolder(folder);
  const partial = `${data}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true, mode: 0o700 });
  await writeFile(passwordFile, randomBytes(24).toString("base64url"), { mode: 0o600 });
  const user = serverUser();
  if (user !== undefined) await Promise.all([partial, passwordFile].map((path) => chown(path, user, user)));
  const how = unprivilegedCommand(
    initdb,
    [
      `--pgdata=${partial}`,
      `--pwfile=${passwordFile}`,
      "--username=postgres",
      "--auth=scram-sha-256",
      "--encoding=UTF8",
      "--locale=C",
      ...(major >= BUILTIN_LOCALES_SINCE ? ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] : []),
      // safe: the folder gets its name only when all is there, and a cluster cut short is made anew
      "--no-sync",
    ],
    [initdb, partial],
  );
  try {
    await run(how.command, [...how.args], { ...how.options, cwd: folder });
  } catch (reason) {
    throw new CommandFailure(
      `The database folder ${data} could not be made: ${saidBy(reason)}`,
      "Check that the disk has room and the folder can be written.",
      reason,
    );
  }
  await rename(partial, data);
}

/** What a program that failed had to say. */
function saidBy(reason: unknown): string {
  if (reason instanceof Error && "stderr" in reason && typeof reason.stderr === "string") return reason.stderr.trim();
  return String(reason);
}
