import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { CommandFailure } from "../../command-failure.ts";
import { postgresBinaries } from "./binaries.ts";
import { serverUser, unprivilegedCommand } from "./unprivileged.ts";

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

/**
 * Makes sure that a folder holds an initialised database cluster; one that was begun and not finished is made anew.
 * With a template, the cluster is copied from it, which is several times quicker; the template is made when it is missing,
 * and may be used by several processes at once.
 */
export async function ensureCluster(folder: string, template: string | undefined): Promise<void> {
  const { data } = serverFolder(folder);
  if (existsSync(join(data, "PG_VERSION"))) return;
  await rm(data, { recursive: true, force: true });
  if (template === undefined) {
    await makeCluster(folder);
    return;
  }
  await ensureTemplate(template);
  await mkdir(folder, { recursive: true });
  await writeFile(serverFolder(folder).passwordFile, await readFile(serverFolder(template).passwordFile), {
    mode: 0o600,
  });
  const partial = `${data}.partial`;
  await rm(partial, { recursive: true, force: true });
  await run("cp", ["-a", serverFolder(template).data, partial]);
  await rename(partial, data);
}

async function ensureTemplate(template: string): Promise<void> {
  if (existsSync(serverFolder(template).data)) return;
  const own = `${template}.${process.pid}-${randomBytes(4).toString("hex")}`;
  await makeCluster(own);
  try {
    await rename(own, template);
  } catch (reason) {
    // another process was quicker
    await rm(own, { recursive: true, force: true });
    if (!existsSync(serverFolder(template).data)) throw reason;
  }
}

async function makeCluster(folder: string): Promise<void> {
  const { data, passwordFile } = serverFolder(folder);
  const { initdb } = postgresBinaries();
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
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
      // safe: the folder gets its name only when all is there, and a cluster cut short is made anew
      "--no-sync",
    ],
    [initdb, partial],
  );
  try {
    await run(how.command, [...how.args], { ...how.options, cwd: folder });
  } catch (reason) {
    throw new CommandFailure(
      `The database folder ${data} could not be made: ${reason instanceof Error ? reason.message : String(reason)}`,
      "Check that the disk has room and the folder can be written.",
      reason,
    );
  }
  await rename(partial, data);
}
