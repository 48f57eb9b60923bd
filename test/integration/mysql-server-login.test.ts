import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueCertificate, makeAuthority } from "@sallyport/cli/demo/certificates/issue";
import { capability, flagsOf } from "@sallyport/protocol-mysql/messages/capabilities";
import { checkServer } from "@sallyport/protocol-mysql/server-login/check-server";
import { loginToServer } from "@sallyport/protocol-mysql/server-login/login-to-server";
import { queryServer } from "@sallyport/protocol-mysql/server-login/query-server";
import { rereadable } from "@sallyport/protocol-mysql/server-login/rereadable";
import type { LoggedIn } from "@sallyport/shared/adapter";
import { Secret } from "@sallyport/shared/secret";
import type { ServerAddress } from "@sallyport/shared/tunnel/open-session";
import { mysqlFlavours, startMysqlForTests, type MysqlTestServer } from "../support/mysql-servers.ts";
import { dialTo, serverRequest, type RequestChange } from "../support/server-request.ts";
import { containing, matching } from "../support/text-matchers.ts";

/** How each flavour's accounts may prove their password. */
const ways = {
  mysql: ["caching_sha2_password", "sha256_password"],
  mariadb: ["mysql_native_password", "ed25519"],
} as const;

const SCHEMA = "login_täst";

/** A login, with what tests say differently from the ordinary one. */
type LoginChange = RequestChange & { readonly password?: string };

describe.each(mysqlFlavours)("%s", (flavour) => {
  let folder: string;
  let server: MysqlTestServer;
  let files: { readonly caFile: string; readonly otherCaFile: string };
  const password = randomBytes(12).toString("base64url");

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sallyport-mysql-login-"));
    const authority = await makeAuthority("test authority", 1);
    const own = await issueCertificate(authority, { name: "server", hosts: ["localhost"], usage: "server", days: 1 });
    const other = await makeAuthority("another authority", 1);
    files = {
      caFile: await write("ca.crt", authority.certificate),
      otherCaFile: await write("other.crt", other.certificate),
    };
    server = await startMysqlForTests(flavour, { tls: { certificate: own.certificate, key: own.key } });
    await server.query(`create schema \`${SCHEMA}\``);
    for (const way of ways[flavour]) {
      const identified =
        flavour === "mysql" ? `with ${way} by '${password}'` : `via ${way} using password('${password}')`;
      await server.query(`create user ${userOf(way)} identified ${identified}`);
      await server.query(`grant all on *.* to ${userOf(way)}`);
    }
    await server.query(`create user secured identified by '${password}' require ssl`);
  });

  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function write(name: string, text: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  }

  const verified = (): Partial<ServerAddress> => ({ tls: "verify-full", caFile: files.caFile });

  async function login(user: string, { password: given = password, ...change }: LoginChange = {}): Promise<LoggedIn> {
    const request = serverRequest(server.port, { credential: { user }, database: SCHEMA, ...change });
    return loginToServer(request, new Secret(given), dialTo(server.port));
  }

  const combinations = ways[flavour].flatMap((way) =>
    [
      ["in clear", () => ({})] as const,
      ["over verified TLS", verified] as const,
      ["over TLS that is not verified", () => ({ tls: "require" as const })] as const,
      [
        "with only the authority verified",
        () => ({ ...verified(), tls: "verify-ca" as const, host: "elsewhere" }),
      ] as const,
    ].map(([how, tls]) => [way, how, tls] as const),
  );

  it.each(combinations)("takes a login by %s %s, and says who acts", async (way, _, tls) => {
    // so that no login before this one has left the password's hash to be found
    await server.query("flush privileges");
    for (const change of ["first", "again"]) {
      const settings = { attributes: JSON.stringify({ program_name: `reports ${change}` }) };
      const session = await login(userOf(way), { server: tls(), settings });
      await checkServer(session);
      const id = session.facts.settings["connectionId"];
      const attributes = await server.query(
        `select attr_name, attr_value from performance_schema.session_connect_attrs where processlist_id = ${id}`,
      );
      expect(Object.fromEntries(attributes.map((row) => [row["attr_name"], row["attr_value"]]))).toMatchObject({
        program_name: `reports ${change}`,
        _sallyport_principal: "alice",
        _sallyport_session: "s-1",
      });
      session.stream.destroy();
    }
  });

  it("tells what the gateway has to know of the session", async () => {
    const { facts, stream } = await login(userOf(ways[flavour][0]));
    expect(facts.version).toMatch(flavour === "mysql" ? /^9\./ : /^11\..*MariaDB/);
    expect(facts.settings).toMatchObject({
      characterSetClient: "utf8mb4",
      characterSetConnection: "utf8mb4",
      characterSetResults: "utf8mb4",
      lowerCaseTableNames: "0",
      sqlMode: containing("STRICT_TRANS_TABLES"),
      database: SCHEMA,
      connectionId: matching(/^\d+$/),
      status: "2",
    });
    expect(Number(facts.settings["negotiated"]) & capability.SESSION_TRACK).not.toBe(0);
    const state = Buffer.from(facts.settings["sessionState"] ?? "", "base64").toString("utf8");
    expect(state).toContain(SCHEMA);
    expect(state).not.toContain("redirect_url");
    stream.destroy();
  });

  it("goes by what the client negotiated and how it reads texts", async () => {
    const capabilities = flagsOf(
      capability.FOUND_ROWS,
      capability.IGNORE_SPACE,
      capability.MULTI_STATEMENTS,
      capability.MULTI_RESULTS,
    );
    // latin1_swedish_ci, and no DEPRECATE_EOF
    const settings = { capabilities: String(capabilities), collation: "8" };
    const session = await login(userOf(ways[flavour][0]), { settings, server: verified(), database: undefined });
    expect(session.facts.settings).toMatchObject({
      characterSetClient: "latin1",
      sqlMode: containing("IGNORE_SPACE"),
      database: "",
    });
    await checkServer(session);
    session.stream.destroy();
  });

  it("is asked to tell of changes that its own settings would not tell of", async () => {
    await server.query("set global session_track_system_variables = 'autocommit', global session_track_schema = OFF");
    const session = await login(userOf(ways[flavour][0]));
    await server.query("set global session_track_system_variables = default, global session_track_schema = default");
    const negotiated = Number(session.facts.settings["negotiated"]);
    expect(
      await queryServer(
        { stream: rereadable(session.stream), negotiated },
        "select @@session_track_system_variables, @@session_track_schema",
      ),
    ).toEqual({
      kind: "rows",
      rows: [["autocommit,character_set_client,character_set_connection,character_set_results", "1"]],
    });
    session.stream.destroy();
  });

  it("cancels what runs, and nothing once the session is gone", async () => {
    const session = await login(userOf(ways[flavour][0]));
    const negotiated = Number(session.facts.settings["negotiated"]);
    const running = queryServer({ stream: rereadable(session.stream), negotiated }, "select sleep(600)");
    const id = session.facts.settings["connectionId"];
    const state = `select count(*) as n from information_schema.processlist where id = ${id} and info like '%sleep%'`;
    while (Number((await server.query(state))[0]?.["n"]) === 0);
    await session.cancel();
    // MariaDB says that the statement was interrupted, MySQL has sleep() return 1
    expect(await running).toMatchObject(
      flavour === "mysql" ? { kind: "rows", rows: [["1"]] } : { kind: "error", error: { code: 1317 } },
    );
    await server.query(`kill ${id}`);
    await session.stream.closed;
    await session.cancel();
  });

  it.each<[string, string, LoginChange, string, RegExp]>([
    ["a wrong password", ways[flavour][0], { password: "wrong" }, "server/login-failed", /1045/],
    ["a wrong password of its other kind", ways[flavour][1], { password: "wrong" }, "server/login-failed", /1045/],
    ["no password", ways[flavour][0], { password: "" }, "server/login-failed", /1045/],
    ["a schema that is not there", ways[flavour][0], { database: "nowhere" }, "server/login-failed", /1049/],
    ["an account that wants TLS", "secured", {}, "server/login-failed", /1045/],
  ])("refuses %s", async (_, way, change, code, message) => {
    const dial = dialTo(server.port);
    const user = way === "secured" ? way : userOf(way);
    const { password: given = password, ...request } = change;
    await expect(
      loginToServer(
        serverRequest(server.port, { credential: { user }, database: SCHEMA, ...request }),
        new Secret(given),
        dial,
      ),
    ).rejects.toMatchObject({ code, message: matching(message) });
    await Promise.all(dial.streams.map((stream) => stream.closed));
  });

  it.each([
    ["another authority", () => ({ ...verified(), caFile: files.otherCaFile })],
    ["no authority that is known", () => ({ tls: "verify-full" as const })],
    ["another host's certificate", () => ({ ...verified(), host: "elsewhere" })],
    ["an authority that cannot be read", () => ({ ...verified(), caFile: "missing.crt" })],
  ])("is not talked to with %s", async (_, tls) => {
    const dial = dialTo(server.port);
    const request = serverRequest(server.port, { credential: { user: userOf(ways[flavour][0]) }, server: tls() });
    await expect(loginToServer(request, new Secret(password), dial)).rejects.toMatchObject({
      code: "server/tls-failed",
    });
    await Promise.all(dial.streams.map((stream) => stream.closed));
  });
});

function userOf(way: string): string {
  return `by_${way}`;
}
