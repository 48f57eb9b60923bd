import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueCertificate, makeAuthority } from "@sallyport/cli/demo/certificates/issue";
import { startPostgresServer, type PostgresServer } from "@sallyport/cli/servers/postgres-server";
import { checkServer } from "@sallyport/protocol-pg/server-login/check-server";
import { loginToServer } from "@sallyport/protocol-pg/server-login/login-to-server";
import type { LoggedIn } from "@sallyport/shared/adapter";
import { Secret } from "@sallyport/shared/secret";
import type { ServerAddress } from "@sallyport/shared/tunnel/open-session";
import { containing, matching } from "../support/text-matchers.ts";
import { dialTo, serverRequest, type RequestChange } from "../support/server-request.ts";

const hba = [
  "host all postgres 127.0.0.1/32 scram-sha-256",
  "host all scram_user 127.0.0.1/32 scram-sha-256",
  "host all md5_user 127.0.0.1/32 md5",
  "host all clear_user 127.0.0.1/32 password",
  "host all trusted_user 127.0.0.1/32 trust",
  "host all odd_user 127.0.0.1/32 trust",
  "hostssl all cert_user 127.0.0.1/32 cert",
];
const roles = `
  CREATE ROLE scram_user LOGIN PASSWORD 'secret';
  SET password_encryption = 'md5';
  CREATE ROLE md5_user LOGIN PASSWORD 'secret';
  RESET password_encryption;
  CREATE ROLE clear_user LOGIN PASSWORD 'secret';
  CREATE ROLE trusted_user LOGIN;
  CREATE ROLE cert_user LOGIN;
  CREATE ROLE odd_user LOGIN;
  ALTER ROLE odd_user SET standard_conforming_strings = off;
  ALTER ROLE odd_user SET client_encoding = 'LATIN1';
`;

let folder: string;
let server: PostgresServer;
let admin: pg.Client;
let files: {
  readonly caFile: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly otherCaFile: string;
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-server-login-"));
  const authority = await makeAuthority("test authority", 1);
  const own = await issueCertificate(authority, { name: "server", hosts: ["localhost"], usage: "server", days: 1 });
  const user = await issueCertificate(authority, { name: "cert_user", hosts: [], usage: "client", days: 1 });
  const other = await makeAuthority("another authority", 1);
  files = {
    caFile: await write("ca.crt", authority.certificate),
    certificateFile: await write("user.crt", user.certificate),
    keyFile: await write("user.key", user.key),
    otherCaFile: await write("other.crt", other.certificate),
  };
  server = await startPostgresServer({
    folder: join(folder, "server"),
    durable: false,
    hba,
    tls: { certificate: own.certificate, key: own.key, clientCa: authority.certificate },
  });
  admin = new pg.Client(server.url);
  await admin.connect();
  await admin.query(roles);
});

afterAll(async () => {
  await admin.end();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

const verified = (): Partial<ServerAddress> => ({ tls: "verify-full", caFile: files.caFile });

async function login(user: string, change: RequestChange = {}, password = "secret"): Promise<LoggedIn> {
  return loginToServer(
    serverRequest(server.port, { credential: { user }, ...change }),
    new Secret(password),
    dialTo(server.port),
  );
}

describe("a login", () => {
  it.each([
    ["SCRAM in clear", "scram_user", () => ({})],
    ["SCRAM over TLS, bound to the channel", "scram_user", verified],
    ["SCRAM over TLS that is not verified", "scram_user", () => ({ tls: "require" as const })],
    [
      "SCRAM with only the authority verified",
      "scram_user",
      () => ({ tls: "verify-ca" as const, caFile: files.caFile, host: "elsewhere" }),
    ],
    ["MD5", "md5_user", () => ({})],
    ["a cleartext password over verified TLS", "clear_user", verified],
    ["trust", "trusted_user", () => ({})],
    [
      "a client certificate",
      "cert_user",
      () => ({ ...verified(), certificateFile: files.certificateFile, keyFile: files.keyFile }),
    ],
  ])("by %s", async (_, user, tls) => {
    const session = await login(user, { server: tls() });
    await checkServer(session);
    const { rows } = await admin.query("SELECT application_name FROM pg_stat_activity WHERE usename = $1", [user]);
    expect(rows).toEqual([{ application_name: "alice s-1" }]);
    expect(session.facts.version).toMatch(/^18/);
    session.stream.destroy();
    await session.stream.closed;
    await gone(user);
  });

  it.each([
    ["a wrong password", "scram_user", "wrong", () => ({}), /28P01/],
    ["a wrong MD5 password", "md5_user", "wrong", () => ({}), /28P01/],
    ["a cleartext password in clear", "clear_user", "secret", () => ({}), /only over verified TLS/],
    [
      "a cleartext password over TLS that is not verified",
      "clear_user",
      "secret",
      () => ({ tls: "require" as const }),
      /only over verified TLS/,
    ],
    ["no certificate of its own", "cert_user", "secret", verified, /28000/],
  ])("fails with %s", async (_, user, password, tls, message) => {
    const dial = dialTo(server.port);
    const request = serverRequest(server.port, { credential: { user }, server: tls() });
    await expect(loginToServer(request, new Secret(password), dial)).rejects.toMatchObject({
      code: "server/login-failed",
      message: matching(message),
    });
    await Promise.all(dial.streams.map((stream) => stream.closed));
  });

  it.each([
    ["another authority", () => ({ ...verified(), caFile: files.otherCaFile })],
    ["no authority that is known", () => ({ tls: "verify-full" as const })],
    ["another host's certificate", () => ({ ...verified(), host: "elsewhere" })],
    ["an address that the certificate does not name", () => ({ ...verified(), host: "127.0.0.1" })],
    ["an authority that cannot be read", () => ({ ...verified(), caFile: "missing.crt" })],
    [
      "a client key that cannot be read as one",
      () => ({ ...verified(), certificateFile: files.caFile, keyFile: files.caFile }),
    ],
  ])("makes no TLS with %s", async (_, tls) => {
    const dial = dialTo(server.port);
    const request = serverRequest(server.port, { credential: { user: "scram_user" }, server: tls() });
    await expect(loginToServer(request, new Secret("secret"), dial)).rejects.toMatchObject({
      code: "server/tls-failed",
    });
    await Promise.all(dial.streams.map((stream) => stream.closed));
  });

  it("says which database is missing, and which settings were refused", async () => {
    await expect(login("scram_user", { database: "nowhere" })).rejects.toMatchObject({
      code: "server/login-failed",
      detail: containing('"nowhere"'),
    });
    await expect(login("scram_user", { settings: { TimeZone: "Atlantis" } })).rejects.toMatchObject({
      code: "login/setting-refused",
      detail: containing("TimeZone"),
    });
  });

  it("wins over settings of the role, and passes on those of the client", async () => {
    const session = await login("odd_user", { settings: { TimeZone: "Asia/Tokyo", application_name: "ü".repeat(40) } });
    expect(session.facts.settings).toMatchObject({
      client_encoding: "UTF8",
      standard_conforming_strings: "on",
      TimeZone: "Asia/Tokyo",
    });
    expect(Buffer.byteLength(session.facts.settings["application_name"] ?? "")).toBeGreaterThan(20);
    session.stream.destroy();
  });

  it("needs the password that the server asks for", async () => {
    const request = serverRequest(server.port, { credential: { user: "scram_user" } });
    await expect(loginToServer(request, undefined, dialTo(server.port))).rejects.toMatchObject({
      code: "server/login-failed",
    });
  });
});

describe("a session", () => {
  it.each(["disable", "verify-full"] as const)("is cancelled with TLS %s", async (tls) => {
    const session = await login("scram_user", { server: { tls, caFile: files.caFile } });
    await session.stream.write(query("SELECT pg_sleep(60)"));
    await running("scram_user");
    await session.cancel();
    let answer = "";
    while (!answer.includes("57014")) answer += (await session.stream.read())?.toString("latin1") ?? "";
    session.stream.destroy();
    await gone("scram_user");
  });

  it("that is over is cancelled without a word", async () => {
    const session = await login("scram_user");
    session.stream.destroy();
    await gone("scram_user");
    await expect(session.cancel()).resolves.toBeUndefined();
  });

  it("fails its check when the server has ended it", async () => {
    const session = await login("scram_user");
    await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'scram_user'");
    await expect(checkServer(session)).rejects.toMatchObject({ code: "server/lost" });
    session.stream.destroy();
  });
});

function query(text: string): Buffer {
  const body = Buffer.from(`${text}\0`);
  const header = Buffer.from("5100000000", "hex");
  header.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([header, body]);
}

async function running(user: string): Promise<void> {
  await until("SELECT 1 FROM pg_stat_activity WHERE usename = $1 AND wait_event = 'PgSleep'", user, 1);
}

async function gone(user: string): Promise<void> {
  await until("SELECT 1 FROM pg_stat_activity WHERE usename = $1", user, 0);
}

async function until(text: string, user: string, count: number): Promise<void> {
  while ((await admin.query(text, [user])).rowCount !== count);
}
