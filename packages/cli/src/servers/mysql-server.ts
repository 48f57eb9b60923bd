import { randomBytes } from "node:crypto";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CommandFailure } from "../command-failure.ts";
import { freePort } from "./free-port.ts";
import { writePrivate } from "../demo/private-file.ts";
import { clearLeftover, type Leftover } from "./leftover.ts";
import { ensureMysqlData } from "./mysql-data-folder.ts";
import { mysqlPrograms, type MysqlFlavour, type MysqlPrograms } from "./mysql-programs.ts";
import { launchServer, type ServerProcess } from "./server-process.ts";

const HOST = "127.0.0.1";
const TEMPORARY = "tmp";

/** What to start. The folder is made when it is missing and kept at the end. */
export interface MysqlServerOptions {
  readonly flavour: MysqlFlavour;
  readonly folder: string;
  /** Left out: a free one is found. */
  readonly port?: number;
  /** An initialised data folder to copy instead of making one; made here when it is missing. */
  readonly template?: string;
  /** false gives safety after a crash of the machine for speed: for tests. */
  readonly durable?: boolean;
  /** Options of the server, such as `"local-infile": "1"`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Statements that are carried out at each start before the server listens, each on one line: accounts, above all. */
  readonly statements?: readonly string[];
  /** PEM texts. Without them the server has no TLS. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa?: string };
}

/** A running MySQL or MariaDB server. It ends with this process, however that ends. */
export interface MysqlServer extends ServerProcess {
  readonly flavour: MysqlFlavour;
  readonly host: string;
  readonly port: number;
  /** root's, with the password in it. */
  readonly url: string;
}

/** Names the files below a server's folder, and says how an earlier server on them is known. */
export function mysqlFolder(
  folder: string,
  flavour: MysqlFlavour,
): { readonly data: string; readonly leftover: Leftover } {
  const data = join(folder, "data");
  const label = flavour === "mysql" ? "MySQL" : "MariaDB";
  return { data, leftover: { label, lockFile: join(folder, "server.pid"), argument: `--datadir=${data}` } };
}

/** Starts a real server on loopback and resolves when it accepts connections. Several may run at once. */
export async function startMysqlServer(options: MysqlServerOptions): Promise<MysqlServer> {
  const { flavour } = options;
  const folder = resolve(options.folder);
  const { data, leftover } = mysqlFolder(folder, flavour);
  const programs = mysqlPrograms(flavour);
  await mkdir(join(folder, TEMPORARY), { recursive: true, mode: 0o700 });
  await clearLeftover(leftover);
  await ensureMysqlData(data, options.template, programs);
  await chmod(data, 0o700);
  const password = await rootPassword(join(folder, "root-password"));
  const initFile = join(folder, "init.sql");
  await writePrivate(initFile, initText(password, options.statements ?? []));
  const logFile = join(folder, "server.log");
  const tls = await tlsArguments(folder, options);
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const args = [
      ...basicArguments(programs, folder, port),
      `--init-file=${initFile}`,
      ...(options.durable === false ? carelessArguments : []),
      ...tls,
      ...Object.entries(options.settings ?? {}).map(([name, value]) => `--${name}=${value}`),
    ];
    const launched = await launchServer({
      command: programs.server,
      args,
      folder,
      logFile,
      ready: /ready for connections/,
    });
    if (launched.kind === "running") {
      return { ...launched.process, flavour, host: HOST, port, url: `mysql://root:${password}@${HOST}:${port}` };
    }
    const taken = /Address already in use/.test(launched.lastLines);
    if (taken && options.port === undefined && attempt < 5) continue;
    throw taken
      ? new CommandFailure(
          `Port ${port} is taken, so ${leftover.label} cannot listen there.`,
          "End the program that uses it, or choose another port.",
        )
      : new CommandFailure(
          `${leftover.label} did not start. Its last log lines:\n${launched.lastLines}`,
          `The whole log is in ${logFile}.`,
        );
  }
}

/** What a crash of the machine would lose, and what a quick end leaves to the next start. */
const carelessArguments = [
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-doublewrite=OFF",
  "--innodb-fast-shutdown=2",
];

function basicArguments({ flavour }: MysqlPrograms, folder: string, port: number): string[] {
  const { leftover } = mysqlFolder(folder, flavour);
  return [
    "--no-defaults",
    ...(process.getuid?.() === 0 ? ["--user=root"] : []),
    leftover.argument,
    // not the machine's: a server that starts deletes what others have in a common one
    `--tmpdir=${join(folder, TEMPORARY)}`,
    `--bind-address=${HOST}`,
    `--port=${port}`,
    // relative to the data folder, because a socket's whole path may not have more than 107 bytes
    "--socket=server.sock",
    // a server that starts takes temporary files where it keeps its own for leftovers, whoever's they are
    `--tmpdir=${folder}`,
    `--pid-file=${leftover.lockFile}`,
    "--character-set-server=utf8mb4",
    "--innodb-buffer-pool-size=64M",
    ...(flavour === "mysql" ? ["--innodb-redo-log-capacity=32M"] : ["--innodb-log-file-size=8M"]),
    "--skip-log-bin",
    ...(flavour === "mysql"
      ? ["--mysqlx=OFF", "--secure-file-priv=", "--auto-generate-certs=OFF"]
      : ["--performance-schema=ON", "--plugin-load-add=auth_ed25519"]),
  ];
}

/** Carried out before the server listens, so there is no moment at which root has no password. */
function initText(password: string, statements: readonly string[]): string {
  return ["set sql_log_bin = 0;", `alter user 'root'@'localhost' identified by '${password}';`, ...statements, ""].join(
    "\n",
  );
}

async function rootPassword(file: string): Promise<string> {
  const password = await readFile(file, "utf8").catch(() => randomBytes(24).toString("base64url"));
  await writePrivate(file, password);
  return password;
}

async function tlsArguments(folder: string, { flavour, tls }: MysqlServerOptions): Promise<readonly string[]> {
  // MariaDB invents a certificate where it is given none
  if (tls === undefined) return flavour === "mariadb" ? ["--skip-ssl"] : [];
  const write = async (option: string, name: string, text: string): Promise<string> => {
    const file = join(folder, name);
    await writeFile(file, text, { mode: 0o600 });
    return `--${option}=${file}`;
  };
  return [
    await write("ssl-cert", "server.crt", tls.certificate),
    await write("ssl-key", "server.key", tls.key),
    ...(tls.clientCa === undefined ? [] : [await write("ssl-ca", "client-ca.crt", tls.clientCa)]),
  ];
}
