import { spawn, type ChildProcess } from "node:child_process";
import { chownSync, closeSync, openSync, readFileSync, statSync } from "node:fs";
import { chown, mkdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CommandFailure } from "../command-failure.ts";
import { freePort } from "./free-port.ts";
import { clearLeftover } from "./leftover.ts";
import { stopChild } from "./stop-child.ts";
import { bundledBinaries, type PostgresBinaries } from "./postgres/binaries.ts";
import { ensureCluster, postgresLeftover, serverFolder } from "./postgres/data-folder.ts";
import { serverUser, unprivilegedCommand } from "./postgres/unprivileged.ts";

const HOST = "127.0.0.1";
const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 15_000;
/** A fast, an immediate, and no orderly shutdown. */
const STOP_SIGNALS = ["SIGINT", "SIGQUIT", "SIGKILL"] as const;
const DEFAULT_HBA = ["host all all 127.0.0.1/32 scram-sha-256", "host all all ::1/128 scram-sha-256"];

/** What to start. The folder is made when it is missing and kept at the end. */
export interface PostgresServerOptions {
  readonly folder: string;
  /** Left out: a free one is found. */
  readonly port?: number;
  /** A cluster to copy instead of making one; made here when it is missing. */
  readonly template?: string;
  /** Left out: the server that came with the project. */
  readonly binaries?: PostgresBinaries;
  /** false skips every fsync: for tests, whose data may be lost with the machine. */
  readonly durable?: boolean;
  /** `postgresql.conf` settings, such as `log_statement: "all"`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Lines of `pg_hba.conf`; left out: SCRAM-SHA-256 from loopback. */
  readonly hba?: readonly string[];
  /** PEM texts. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientCa?: string };
  readonly log?: (line: string) => void;
  /** Whether a server that still runs on the folder is ended: whoever started it is known to be gone. */
  readonly endsOrphan?: boolean;
}

/** A running server. It ends with this process, however that ends. */
export interface PostgresServer {
  readonly pid: number;
  readonly host: string;
  readonly port: number;
  /** The superuser's, with the password in it. */
  readonly url: string;
  readonly logFile: string;
  /** Resolves when the server is gone, with its last log lines. */
  readonly exited: Promise<string>;
  /** Ends all sessions and the server; bounded. */
  stop(): Promise<void>;
}

/** Starts a real PostgreSQL server on loopback and resolves when it accepts connections. Several may run at once. */
export async function startPostgresServer(options: PostgresServerOptions): Promise<PostgresServer> {
  const folder = resolve(options.folder);
  const { data, passwordFile, logFile } = serverFolder(folder);
  await mkdir(folder, { recursive: true });
  const binaries = options.binaries ?? bundledBinaries();
  await ensureCluster(folder, options.template, binaries);
  await clearLeftover(postgresLeftover(data), options.endsOrphan === true ? STOP_SIGNALS : []);
  await writeOwned(join(data, "pg_hba.conf"), [...(options.hba ?? DEFAULT_HBA), ""].join("\n"));
  const password = await readFile(passwordFile, "utf8");
  const begun = Date.now();
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    const arguments_ = ["-D", data, ...settingArguments(port, options, await writeTlsFiles(data, options.tls))];
    const started = await launch(folder, binaries, logFile, arguments_, options.log ?? (() => undefined));
    if (started.kind === "running") {
      const url = `postgres://postgres:${password}@${HOST}:${port}/postgres`;
      return { pid: started.pid, host: HOST, port, url, logFile, exited: started.exited, stop: started.stop };
    }
    // the processes of a server that was killed outright end by themselves, a moment after it
    const stillEnding = /pre-existing shared memory block/.test(started.lastLines);
    if (stillEnding && Date.now() < begun + READY_WITHIN_MS) {
      await delay(100);
      continue;
    }
    const taken = /Address already in use/.test(started.lastLines);
    if (taken && options.port === undefined && attempt < 5) continue;
    throw taken
      ? new CommandFailure(
          `Port ${port} is taken, so PostgreSQL cannot listen there.`,
          "End the program that uses it, or choose another port.",
        )
      : new CommandFailure(
          `PostgreSQL did not start. Its last log lines:\n${started.lastLines}`,
          `The whole log is in ${logFile}.`,
        );
  }
}

type Launched =
  | {
      readonly kind: "running";
      readonly pid: number;
      readonly exited: Promise<string>;
      readonly stop: () => Promise<void>;
    }
  | { readonly kind: "failed"; readonly lastLines: string };

async function launch(
  folder: string,
  { postgres }: PostgresBinaries,
  logFile: string,
  arguments_: readonly string[],
  log: (line: string) => void,
): Promise<Launched> {
  const { data } = serverFolder(folder);
  const how = unprivilegedCommand(postgres, arguments_, [postgres, data]);
  const logFd = openSync(logFile, "a", 0o600);
  const begin = statSync(logFile).size;
  const user = serverUser();
  if (user !== undefined) chownSync(logFile, user, user);
  const child = spawn(how.command, [...how.args], {
    ...how.options,
    cwd: folder,
    env: environment(),
    // a session of its own: Ctrl-C in the terminal reaches the supervisor, which ends the parts in order
    detached: true,
    stdio: ["ignore", logFd, logFd],
  });
  closeSync(logFd);
  const exited = new Promise<string>((resolveExit) => {
    child.once("error", (error) => resolveExit(error.message));
    child.once("exit", () => resolveExit(lastLines(logFile, begin)));
  });
  const stop = (): Promise<void> => stopChild(child, exited, STOP_WITHIN_MS, STOP_SIGNALS);
  const { pid } = child;
  if (pid === undefined || !(await becameReady(child, data, log))) {
    await stop();
    return { kind: "failed", lastLines: await exited };
  }
  return { kind: "running", pid, exited, stop };
}

/** The server writes its state into the lock file; that is what pg_ctl watches too. */
async function becameReady(child: ChildProcess, data: string, log: (line: string) => void): Promise<boolean> {
  const begun = Date.now();
  let nextReport = begun + 5_000;
  while (child.exitCode === null && child.signalCode === null && Date.now() < begun + READY_WITHIN_MS) {
    const lines = await readFile(join(data, "postmaster.pid"), "utf8").then(
      (text) => text.split("\n"),
      () => [],
    );
    if (lines[0] === String(child.pid) && lines[7]?.trim() === "ready") return true;
    if (Date.now() > nextReport) {
      log("PostgreSQL is still starting (recovering after it was killed)");
      nextReport += 5_000;
    }
    await delay(15);
  }
  return false;
}

function settingArguments(
  port: number,
  options: PostgresServerOptions,
  tls: Readonly<Record<string, string>>,
): string[] {
  const settings: Readonly<Record<string, string>> = {
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: "",
    ...(options.durable === false ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } : {}),
    ...tls,
    ...options.settings,
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}

async function writeTlsFiles(
  data: string,
  tls: PostgresServerOptions["tls"],
): Promise<Readonly<Record<string, string>>> {
  if (tls === undefined) return {};
  await writeOwned(join(data, "server.crt"), tls.certificate);
  await writeOwned(join(data, "server.key"), tls.key);
  if (tls.clientCa === undefined) return { ssl: "on" };
  await writeOwned(join(data, "client-ca.crt"), tls.clientCa);
  return { ssl: "on", ssl_ca_file: "client-ca.crt" };
}

async function writeOwned(path: string, text: string): Promise<void> {
  await writeFile(path, text, { mode: 0o600 });
  const user = serverUser();
  if (user !== undefined) await chown(path, user, user);
}

/** Without the PG… variables of whoever started this: they change what the server's programs do. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("PG") && !name.startsWith("NODE_"));
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" };
}

function lastLines(file: string, begin: number): string {
  return readFileSync(file).subarray(begin).toString("utf8").trimEnd().split("\n").slice(-12).join("\n");
}
