import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mysqlPrograms, type MysqlFlavour } from "@sallyport/cli/servers/mysql-programs";
import { mysql } from "@sallyport/protocol-mysql/adapter";
import type { ServedDatabase } from "./client-road.ts";
import { startMysqlForTests, type MysqlTestOptions, type MysqlTestServer } from "./mysql-servers.ts";

export { mysqlFlavours } from "./mysql-servers.ts";

const HEALTH_CHECK = "SELECT 1";

/** A MySQL or MariaDB server with a schema of the test's own, for an agent to log in to. */
export interface ServedMysql extends ServedDatabase, AsyncDisposable {
  readonly server: MysqlTestServer;
  /** Every text that clients had it run, in order, the agent's own apart. */
  statements(): Promise<readonly string[]>;
}

/** Without `logCommands` nothing is known of `statements`: keeping long ones takes a server longer than running them. */
export async function startServedMysql(
  flavour: MysqlFlavour,
  { logCommands = true }: Pick<MysqlTestOptions, "logCommands"> = {},
): Promise<ServedMysql> {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "sallyport-served-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const server = opened.use(await startMysqlForTests(flavour, { logCommands }));
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, server.root.password, { mode: 0o600 });
  const database = `shop_${randomUUID().slice(0, 8)}`;
  await server.query(`create database ${database}`);
  opened.defer(async () => void (await server.query(`drop database ${database}`)));
  const everything = opened.move();
  return {
    server,
    adapter: mysql,
    port: server.port,
    credential: { user: server.root.user, password: `file:${passwordFile}` },
    database,
    async statements() {
      const texts = (await server.commands()).filter(({ command }) => command === "Query" || command === "Execute");
      return texts.map(({ text }) => text).filter((text) => text !== HEALTH_CHECK && !isOfAgent(text));
    },
    [Symbol.asyncDispose]: () => everything.disposeAsync(),
  };
}

/** What the agent asks of every fresh session, and how it stops what a session runs. */
function isOfAgent(text: string): boolean {
  return /^SELECT CONNECTION_ID\(\), |^SET SESSION session_track_|^KILL QUERY /.test(text);
}

/** The command line of a flavour, whatever server it is used on. */
export function mysqlProgram(program: MysqlFlavour): string {
  return mysqlPrograms(program).client;
}
