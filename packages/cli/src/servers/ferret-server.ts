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
  /** Writes every command that the server sees to its log. */
  readonly logCommands?: boolean;
  /** PEM texts for a second listener, which speaks TLS; it asks for no certificate of the client. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly port?: number };
}

/** A running FerretDB, which stands in for MongoDB's server. It ends with this process, however that ends. */
export interface FerretServer extends ServerProcess {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number | undefined;
  readonly user: string;
  readonly password: string;
  /** root's, with the password in it, for the listener without TLS. */
  readonly url: string;
}

/** The program that the project's set-up built; undefined: there was no Go to build it with. */
export function findFerretProgram(): string | undefined {
  const folder = cachedFolder("ferretdb");
  return folder === undefined ? undefined : join(folder, "ferretdb");
}

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
  const passwordFile = join(folder, "root-password");
  const password = await readFile(passwordFile, "utf8").catch(() => randomBytes(24).toString("base64url"));
  // the account is made with the data: a password written after that would never be the right one
  if (!existsSync(passwordFile)) await writePrivate(passwordFile, password);
  const { tls } = options;
  const launched = await launchServer({
    command,
    args: [
      "--handler=sqlite",
      `--sqlite-url=file:${data}/`,
      `--state-dir=${data}`,
      "--telemetry=disable",
      "--debug-addr=-",
      "--no-log-uuid",
      `--log-level=${options.logCommands === true ? "DEBUG" : "INFO"}`,
      "--test-enable-new-auth",
      "--setup-database=admin",
      `--setup-username=${USER}`,
      `--listen-addr=${HOST}:${options.port ?? 0}`,
      ...(tls === undefined ? [] : [`--listen-tls=${HOST}:${tls.port ?? 0}`, ...(await tlsArguments(folder, tls))]),
    ],
    // not an argument: everybody on the machine could read it there
    environment: { FERRETDB_SETUP_PASSWORD: password },
    folder,
    logFile: join(folder, "server.log"),
    ready:
      tls === undefined
        ? /Listening on TCP/
        : /Listening on TCP[^]*Listening on TLS|Listening on TLS[^]*Listening on TCP/,
  });
  if (launched.kind === "failed") throw notStarted(launched.lastLines, options);
  const portOf = (kind: string): number | undefined => {
    const found = new RegExp(`Listening on ${kind} ${HOST}:(\\d+)`).exec(launched.said)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const port = portOf("TCP") ?? 0;
  const url = `mongodb://${USER}:${password}@${HOST}:${port}/?authSource=admin`;
  return { ...launched.process, host: HOST, port, tlsPort: portOf("TLS"), user: USER, password, url };
}

function notStarted(lastLines: string, { port, tls }: FerretServerOptions): CommandFailure {
  if (/address already in use/.test(lastLines)) {
    return new CommandFailure(
      `Port ${[port, tls?.port].filter((one) => one !== undefined).join(" or ")} is taken, so FerretDB cannot listen there.`,
      "End the program that uses it, or choose another port.",
    );
  }
  return new CommandFailure(`FerretDB did not start. Its last log lines:\n${lastLines}`, "See the lines above.");
}

async function tlsArguments(folder: string, tls: { certificate: string; key: string }): Promise<readonly string[]> {
  const certificateFile = join(folder, "server.crt");
  const keyFile = join(folder, "server.key");
  await writeFile(certificateFile, tls.certificate, { mode: 0o600 });
  await writeFile(keyFile, tls.key, { mode: 0o600 });
  return [`--listen-tls-cert-file=${certificateFile}`, `--listen-tls-key-file=${keyFile}`];
}
