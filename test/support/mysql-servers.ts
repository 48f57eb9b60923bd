import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheFolder } from "@sallyport/cli/servers/cached-folder";
import { mysqlPrograms, type MysqlFlavour } from "@sallyport/cli/servers/mysql-programs";
import { startMysqlServer, type MysqlServerOptions } from "@sallyport/cli/servers/mysql-server";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";

const own = process.env["SALLYPORT_TEST_MYSQL_URL"] ?? "";

/**
 * What the tests run against: MySQL and MariaDB, or the one server that SALLYPORT_TEST_MYSQL_URL names, whose flavour its scheme says
 * (`mysql:` or `mariadb:`) and whose user must be allowed to make accounts and to set global variables.
 */
export const mysqlFlavours: readonly MysqlFlavour[] =
  own === "" ? ["mysql", "mariadb"] : [own.startsWith("mariadb:") ? "mariadb" : "mysql"];

/** Who may log in, and how the server checks it. */
export interface MysqlAccount {
  readonly user: string;
  readonly password: string;
}

/** A server for one test file. */
export interface MysqlTestServer extends AsyncDisposable {
  readonly flavour: MysqlFlavour;
  readonly host: string;
  readonly port: number;
  /** The superuser's, with the password in it. */
  readonly url: string;
  readonly root: MysqlAccount;
  /** Accounts with all rights, by the way they log in; each flavour has those it knows. */
  readonly accounts: Readonly<Partial<Record<MysqlLoginWay, MysqlAccount>>>;
  /** Runs statements as the superuser. */
  query(text: string): Promise<readonly RowDataPacket[]>;
  /** What the server was sent since `logCommands` was given, oldest first, without this object's own commands. */
  commands(): Promise<readonly { readonly command: string; readonly text: string }[]>;
}

export type MysqlLoginWay = "caching_sha2_password" | "mysql_native_password" | "ed25519";

export interface MysqlTestOptions extends Pick<MysqlServerOptions, "settings" | "statements" | "tls"> {
  /** Keeps what the server is sent, for `commands`. */
  readonly logCommands?: boolean;
}

/** Starts a server with a fresh folder, which goes with it, or takes the one that the environment names. */
export async function startMysqlForTests(
  flavour: MysqlFlavour,
  options: MysqlTestOptions = {},
): Promise<MysqlTestServer> {
  await using opened = new AsyncDisposableStack();
  const url = own === "" ? await startOwn(flavour, options, opened) : own.replace(/^mariadb:/, "mysql:");
  const connection = await createConnection({ uri: url, multipleStatements: true });
  opened.defer(() => connection.end());
  const query = async (text: string): Promise<readonly RowDataPacket[]> =>
    (await connection.query<RowDataPacket[]>(text))[0];
  const accounts = await makeAccounts(flavour, query, opened);
  if (options.logCommands === true) await logCommands(query, opened);
  const { hostname, port, username, password } = new URL(url);
  const everything = opened.move();
  return {
    flavour,
    host: hostname,
    port: Number(port === "" ? 3306 : port),
    url,
    root: { user: decodeURIComponent(username), password: decodeURIComponent(password) },
    accounts,
    query,
    commands: () => commandsOf(connection),
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

async function startOwn(
  flavour: MysqlFlavour,
  { settings, statements, tls }: MysqlTestOptions,
  opened: AsyncDisposableStack,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `sallyport-${flavour}-`));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const server = await startMysqlServer({
    flavour,
    folder,
    durable: false,
    template: await templateOf(flavour),
    settings: { "local-infile": "1", ...settings },
    ...(statements === undefined ? {} : { statements }),
    ...(tls === undefined ? {} : { tls }),
  });
  opened.defer(() => server.stop());
  return server.url;
}

/** One for each version of the server and each user: another user's could not be read. */
async function templateOf(flavour: MysqlFlavour): Promise<string> {
  const version = createHash("sha256").update(mysqlPrograms(flavour).server).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), "templates");
  await mkdir(folder, { recursive: true });
  return join(folder, `${flavour}-${process.getuid?.() ?? "user"}-${version}`);
}

async function makeAccounts(
  flavour: MysqlFlavour,
  query: (text: string) => Promise<unknown>,
  opened: AsyncDisposableStack,
): Promise<MysqlTestServer["accounts"]> {
  const ways: readonly MysqlLoginWay[] =
    flavour === "mysql" ? ["caching_sha2_password"] : ["mysql_native_password", "ed25519"];
  const accounts: Partial<Record<MysqlLoginWay, MysqlAccount>> = {};
  for (const way of ways) {
    const account = { user: `test_${way}`, password: randomBytes(18).toString("base64url") };
    const secret = `'${account.password}'`;
    await query(`drop user if exists ${account.user}`);
    opened.defer(async () => void (await query(`drop user if exists ${account.user}`)));
    await query(
      flavour === "mysql"
        ? `create user ${account.user} identified with ${way} by ${secret}`
        : `create user ${account.user} identified via ${way} using password(${secret})`,
    );
    await query(`grant all on *.* to ${account.user} with grant option`);
    accounts[way] = account;
  }
  return accounts;
}

/** In a table, because lines of a file do not say where a text of several lines ends. A server of one's own gets its settings back. */
async function logCommands(
  query: (text: string) => Promise<readonly RowDataPacket[]>,
  opened: AsyncDisposableStack,
): Promise<void> {
  const [before] = await query("select @@global.general_log as enabled, @@global.log_output as output");
  const { enabled, output } = { enabled: Number(before?.["enabled"]), output: String(before?.["output"]) };
  await query("truncate table mysql.general_log; set global log_output = 'TABLE'; set global general_log = 1");
  opened.defer(async () => {
    await query(`set global general_log = ${enabled}; set global log_output = '${output}'`);
  });
}

async function commandsOf(connection: Connection): Promise<readonly { command: string; text: string }[]> {
  const [rows] = await connection.query<(RowDataPacket & { command_type: string; argument: Buffer })[]>(
    "select command_type, argument from mysql.general_log where thread_id <> connection_id() order by event_time",
  );
  return rows.map(({ command_type, argument }) => ({ command: command_type, text: argument.toString("utf8") }));
}
