import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CommandFailure } from "../command-failure.ts";
import { writePrivate } from "../demo/private-file.ts";
import { cachedFolder } from "./cached-folder.ts";
import { launchServer, type ServerProcess } from "./server-process.ts";

const HOST = "127.0.0.1";
const USER = "root";

/** What to start. The folder is made when it is missing and kept at the end. */
export interface FerretServerOptions {
  readonly folder: string;
  /** Left out: a free one is found. */
  readonly port?: number;
  /** PEM texts. Then only TLS is spoken; no certificate is asked of the client. */
  readonly tls?: { readonly certificate: string; readonly key: string };
}

/** A running FerretDB, which stands in for MongoDB's server. It ends with this process, however that ends. */
export interface FerretServer extends ServerProcess {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** root's, with the password in it. Which authority to trust is not in it. */
  readonly url: string;
}

/** The program that the project's set-up built; undefined: there was no Go to build it with. */
export function findFerretProgram(): string | undefined {
  const folder = cachedFolder("ferretdb");
  return folder === undefined ? undefined : join(folder, "ferretdb");
}

/** The port is the system's choice where none was named. */
const listening = new RegExp(`Listening on (?:TCP|TLS) ${HOST}:(\\d+)`);

/** Starts FerretDB on loopback with its data in SQLite files, and resolves when it accepts connections. Several may run at once. */
export async function startFerretServer(options: FerretServerOptions): Promise<FerretServer> {
  const command = findFerretProgram();
  if (command === undefined) {
    throw new CommandFailure(
      "FerretDB, which stands in for MongoDB's server, is not here.",
      'Install Go 1.24 or later; "npm test" and "npm start -- --with mongo" then build it.',
    );
  }
  const folder = resolve(options.folder);
  const data = join(folder, "data");
  await mkdir(data, { recursive: true, mode: 0o700 });
  const password = await rootPassword(join(folder, "root-password"));
  const launched = await launchServer({
    command,
    args: [
      "--handler=sqlite",
      `--sqlite-url=file:${data}/`,
      `--state-dir=${data}`,
      "--telemetry=disable",
      "--debug-addr=-",
      "--no-log-uuid",
      "--test-enable-new-auth",
      "--setup-database=admin",
      `--setup-username=${USER}`,
      ...(await listenArguments(folder, options)),
    ],
    // not an argument: everybody on the machine could read it there
    environment: { FERRETDB_SETUP_PASSWORD: password },
    folder,
    logFile: join(folder, "server.log"),
    ready: listening,
  });
  if (launched.kind === "failed") throw notStarted(launched.lastLines, options.port);
  const port = Number(listening.exec(launched.said)?.[1]);
  const tls = options.tls === undefined ? "" : "&tls=true";
  const url = `mongodb://${USER}:${password}@${HOST}:${port}/?authSource=admin${tls}`;
  return { ...launched.process, host: HOST, port, user: USER, password, url };
}

/** Made with the data: a password written after that would never be the right one. */
async function rootPassword(file: string): Promise<string> {
  if (!existsSync(file)) await writePrivate(file, randomBytes(24).toString("base64url"));
  return readFile(file, "utf8");
}

function notStarted(lastLines: string, port: number | undefined): CommandFailure {
  if (/address already in use/.test(lastLines)) {
    return new CommandFailure(
      `Port ${port} is taken, so FerretDB cannot listen there.`,
      "End the program that uses it, or choose another port.",
    );
  }
  return new CommandFailure(`FerretDB did not start. Its last log lines:\n${lastLines}`, "See the lines above.");
}

async function listenArguments(folder: string, { port = 0, tls }: FerretServerOptions): Promise<readonly string[]> {
  if (tls === undefined) return [`--listen-addr=${HOST}:${port}`];
  const certificateFile = join(folder, "server.crt");
  const keyFile = join(folder, "server.key");
  await writeFile(certificateFile, tls.certificate, { mode: 0o600 });
  await writeFile(keyFile, tls.key, { mode: 0o600 });
  return [
    "--listen-addr=",
    `--listen-tls=${HOST}:${port}`,
    `--listen-tls-cert-file=${certificateFile}`,
    `--listen-tls-key-file=${keyFile}`,
  ];
}
