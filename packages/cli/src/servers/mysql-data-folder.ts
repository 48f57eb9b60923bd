import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CommandFailure } from "../command-failure.ts";
import type { MysqlPrograms } from "./mysql-programs.ts";

/** In this order; later ones use the tables of earlier ones. */
const MARIADB_SYSTEM_TABLES = [
  "mariadb_system_tables.sql",
  "mariadb_performance_tables.sql",
  "mariadb_system_tables_data.sql",
  "fill_help_tables.sql",
  "maria_add_gis_sp_bootstrap.sql",
  "mariadb_sys_schema.sql",
];

/**
 * Makes sure that `data` is an initialised data folder, in which root has no password yet: whoever starts a server on it sets one before
 * the server listens. With a template it is copied, which is ten times quicker; the template is made when it is missing, and several
 * processes may do so at once.
 */
export async function ensureMysqlData(
  data: string,
  template: string | undefined,
  programs: MysqlPrograms,
): Promise<void> {
  if (existsSync(data)) return;
  if (template === undefined) {
    await once(data, (partial) => initialise(programs, partial));
    return;
  }
  if (!existsSync(template)) await once(template, (partial) => initialise(programs, partial));
  await once(data, (partial) => run("cp", ["-a", template, partial]));
}

/** A folder gets its name only when everything is in it; where two make it, one of them wins. */
async function once(folder: string, make: (partial: string) => Promise<void>): Promise<void> {
  const partial = `${folder}.${process.pid}-${randomBytes(4).toString("hex")}`;
  try {
    await make(partial);
    await rename(partial, folder);
  } catch (reason) {
    await rm(partial, { recursive: true, force: true });
    if (!existsSync(folder)) throw reason;
  }
}

async function initialise({ flavour, server, share }: MysqlPrograms, data: string): Promise<void> {
  const user = process.getuid?.() === 0 ? ["--user=root"] : [];
  // a server that starts deletes what others of its kind have left in their common folder, also those that still run
  const temporary = await mkdtemp(`${data}-`);
  try {
    const own = ["--no-defaults", ...user, `--datadir=${data}`, `--tmpdir=${temporary}`];
    if (flavour === "mysql") {
      await run(server, [...own, "--initialize-insecure", "--secure-file-priv=", "--innodb-redo-log-capacity=32M"]);
    } else {
      await mkdir(data, { recursive: true, mode: 0o700 });
      await run(server, [...own, "--bootstrap", "--innodb-log-file-size=8M"], await mariadbSystemTables(share));
    }
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  // a server that is not given a certificate shall have none, and copies of one folder no key in common
  for (const name of readdirSync(data)) if (name.endsWith(".pem")) await rm(join(data, name));
  // each copy is a server of its own
  await rm(join(data, "auto.cnf"), { force: true });
}

async function mariadbSystemTables(share: string): Promise<string> {
  const texts = await Promise.all(MARIADB_SYSTEM_TABLES.map((name) => readFile(join(share, name), "utf8")));
  return [
    "create database if not exists mysql;",
    "use mysql;",
    // root logs in by a password, not by being root on this machine
    "SET @auth_root_socket=NULL;",
    ...texts,
    "delete from mysql.global_priv where User = '' or (User = 'root' and Host <> 'localhost');",
    "",
  ].join("\n");
}

async function run(command: string, args: readonly string[], input = ""): Promise<void> {
  const child = spawn(command, [...args], { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4000)));
  // it may end before it has read everything; then its exit code tells
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code === 0) return;
  throw new CommandFailure(
    `The database folder could not be made: ${said.trim()}`,
    "Check that the disk has room and the folder can be written.",
  );
}
