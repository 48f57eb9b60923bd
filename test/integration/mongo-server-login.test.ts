import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MongoClient } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { issueCertificate, makeAuthority } from "@sallyport/cli/demo/certificates/issue";
import { applicationName } from "@sallyport/protocol-mongo/server-login/application-name";
import { authenticate } from "@sallyport/protocol-mongo/server-login/authenticate";
import { cancelOnServer } from "@sallyport/protocol-mongo/server-login/cancel-on-server";
import { checkServer } from "@sallyport/protocol-mongo/server-login/check-server";
import { loginToServer } from "@sallyport/protocol-mongo/server-login/login-to-server";
import { ServerCommands } from "@sallyport/protocol-mongo/server-login/server-commands";
import type { LoggedIn } from "@sallyport/shared/adapter";
import { Secret } from "@sallyport/shared/secret";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { startMongod, startMongodSet } from "../doubles/mongod/start-mongod.ts";
import { mongoServerNames, startMongoForTests, type MongoTestServer } from "../support/mongo-servers.ts";
import { dialTo, serverRequest, type RequestChange } from "../support/server-request.ts";
import { matching } from "../support/text-matchers.ts";
import { until } from "../support/until.ts";

const root = { user: "root", password: "pencil, =" };

function requestFor(port: number, change: RequestChange = {}): OpenSession {
  return serverRequest(port, { protocol: "mongo", database: undefined, credential: { user: root.user }, ...change });
}

async function login(
  port: number,
  change: RequestChange = {},
  password: string | undefined = root.password,
): Promise<LoggedIn> {
  const secret = password === "" ? undefined : new Secret(password);
  return loginToServer(requestFor(port, change), secret, dialTo(port));
}

describe.each(mongoServerNames)("logging in to %s", (name) => {
  let server: MongoTestServer;
  beforeAll(async () => {
    server = await startMongoForTests(name);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  function account(change: RequestChange = {}): RequestChange {
    const { user, authSource } = server.account;
    return { credential: { user }, options: { authSource }, ...change };
  }

  it("works by SCRAM-SHA-256, and shows a server that is well", async () => {
    const loggedIn = await login(server.port, account(), server.account.password);
    await checkServer(loggedIn);
    expect(loggedIn.facts).toMatchObject({
      version: matching(/^\d+\.\d+/),
      settings: { topology: "standalone", maxWireVersion: matching(/^\d\d$/), maxMessageSizeBytes: "48000000" },
    });
    loggedIn.stream.destroy();
  });

  it("works by SCRAM-SHA-1, which older accounts have", async () => {
    const { authSource } = server.account;
    const client = new MongoClient(server.url);
    const old = { user: "old_user", password: "schlüssel" };
    const admin = client.db(authSource);
    await admin.command({ createUser: old.user, pwd: old.password, roles: [], mechanisms: ["SCRAM-SHA-1"] });
    const stream = await dialTo(server.port)();
    const credential = {
      kind: "password",
      source: authSource,
      user: old.user,
      password: new Secret(old.password),
    } as const;
    await authenticate(new ServerCommands(stream), credential, ["SCRAM-SHA-1"]);
    stream.destroy();
    await admin.command({ dropUser: old.user });
    await client.close();
  });

  it.each([
    ["a wrong password", { password: "wrong" }],
    ["an account that there is not", { user: "nobody" }],
  ])("fails with %s, and leaves no connection", async (_, wrong) => {
    const { user, password } = { ...server.account, ...wrong };
    const dial = dialTo(server.port);
    const attempt = loginToServer(
      requestFor(server.port, account({ credential: { user } })),
      new Secret(password),
      dial,
    );
    await expect(attempt).rejects.toMatchObject({ code: "server/login-failed" });
    await Promise.all(dial.streams.map((stream) => stream.closed));
  });

  it("leaves alone what runs nothing: a cancel then asks the server for nothing, and for nothing to be ended", async () => {
    const { user, password, authSource } = server.account;
    const dial = dialTo(server.port);
    const request = requestFor(server.port, account());
    const loggedIn = await loginToServer(request, new Secret(password), dial);
    await checkServer(loggedIn);
    await loggedIn.cancel();
    expect(dial.streams).toHaveLength(1);
    const credential = { kind: "password", user, password: new Secret(password), source: authSource } as const;
    const application = applicationName(request);
    await cancelOnServer({ request, application, credential, address: undefined }, dial);
    await checkServer(loggedIn);
    loggedIn.stream.destroy();
    await Promise.all(dial.streams.map((stream) => stream.closed));
  });
});

describe("TLS", () => {
  let folder: string;
  let authority: Awaited<ReturnType<typeof makeAuthority>>;
  let tls: { readonly certificate: string; readonly key: string; readonly clientCa: string };
  let files: Readonly<Record<"ca" | "otherCa" | "certificate" | "key", string>>;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sallyport-mongo-login-"));
    authority = await makeAuthority("test authority", 1);
    const own = await issueCertificate(authority, { name: "server", hosts: ["localhost"], usage: "server", days: 1 });
    const user = await issueCertificate(authority, { name: "cert_user", hosts: [], usage: "client", days: 1 });
    tls = { certificate: own.certificate, key: own.key, clientCa: authority.certificate };
    const write = async (name: string, text: string): Promise<string> => {
      await writeFile(join(folder, name), text);
      return join(folder, name);
    };
    files = {
      ca: await write("ca.crt", authority.certificate),
      otherCa: await write("other.crt", (await makeAuthority("another authority", 1)).certificate),
      certificate: await write("user.crt", user.certificate),
      key: await write("user.key", user.key),
    };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(mongoServerNames.filter((name) => name !== "own"))("is made with %s, and its name checked", async (name) => {
    await using server = await startMongoForTests(name, { tls });
    const { user, password } = server.account;
    const attempt = (address: Partial<OpenSession["server"]>): Promise<LoggedIn> =>
      login(server.port, { credential: { user }, server: { tls: "verify-full", ...address } }, password);
    const { stream } = await attempt({ caFile: files.ca });
    stream.destroy();
    await expect(attempt({ caFile: files.otherCa })).rejects.toMatchObject({ code: "server/tls-failed" });
    await expect(attempt({ caFile: files.ca, host: "elsewhere.example" })).rejects.toMatchObject({
      code: "server/tls-failed",
    });
    const unencrypted = attempt({ tls: "disable" });
    await expect(unencrypted).rejects.toMatchObject({ code: matching(/^server\//) });
  });

  it("can be what proves the account, by X.509", async () => {
    const users = [{ user: "CN=cert_user", password: "", database: "$external" }];
    await using server = await startMongod({ users, tls });
    const own = { tls: "verify-full", caFile: files.ca } as const;
    const withCertificate = { ...own, certificateFile: files.certificate, keyFile: files.key };
    const askedBy = async (address: Partial<OpenSession["server"]>): Promise<string> => {
      const { stream } = await login(server.port, { server: address }, "");
      const { kind } = await new ServerCommands(stream).ask({ listDatabases: 1, nameOnly: true });
      stream.destroy();
      return kind;
    };
    expect(await askedBy(withCertificate)).toBe("ok");
    expect(await askedBy(own)).toBe("error");
  });
});

describe("a server that needs no login", () => {
  it("gets none", async () => {
    await using server = await startMongod();
    const loggedIn = await login(server.port, {}, "");
    await checkServer(loggedIn);
    loggedIn.stream.destroy();
  });

  it.each([
    ["mongos", "mongos"],
    ["standalone", "standalone"],
  ] as const)("is known as %s", async (as, topology) => {
    await using server = await startMongod({ as });
    const { facts, stream } = await login(server.port, {}, "");
    expect(facts.settings["topology"]).toBe(topology);
    stream.destroy();
  });

  it("must be no older than what clients are told", async () => {
    await using server = await startMongod({ maxWireVersion: 9 });
    await expect(login(server.port, {}, "")).rejects.toMatchObject({ code: "server/unsupported" });
  });
});

describe("a replica set", () => {
  /** Logs in through a member and says on which one it ended. */
  async function memberFor(readPreference: string | undefined, seed: number, primary: number): Promise<number> {
    await using set = await startMongodSet({ users: [root] });
    set.elect(primary);
    const options: Record<string, string> = readPreference === undefined ? {} : { readPreference };
    const { facts, stream } = await login(set.members[seed]?.port ?? 0, { options });
    expect(facts.settings["topology"]).toBe("replica-set");
    const at = set.members.findIndex(({ commands }) => commands.some(({ command }) => "saslStart" in command));
    stream.destroy();
    return at;
  }

  it.each([
    [undefined, 0, 2, 2],
    ["primary", 1, 1, 1],
    ["primaryPreferred", 0, 2, 2],
    ["secondary", 1, 0, 1],
    ["secondaryPreferred", 1, 0, 1],
    ["nearest", 1, 0, 1],
    ["nearest", 0, 0, 0],
  ])(
    "is followed by %s from member %d, with %d as its primary, to member %d",
    async (preference, seed, primary, at) => {
      expect(await memberFor(preference, seed, primary)).toBe(at);
    },
  );

  it("gives a secondary to whoever comes to the primary for one", async () => {
    expect([1, 2]).toContain(await memberFor("secondary", 0, 0));
  });

  it.each([
    ["secondaryPreferred", 0],
    ["primaryPreferred", 0],
  ])("of one member serves %s", async (readPreference) => {
    await using set = await startMongodSet({ users: [root], members: 1 });
    const { stream } = await login(set.members[0]?.port ?? 0, { options: { readPreference } });
    stream.destroy();
  });

  it("without what is wanted is told of, and no member's address with it", async () => {
    await using set = await startMongodSet({ users: [root], members: 1 });
    const port = set.members[0]?.port ?? 0;
    const failure: unknown = await login(port, { options: { readPreference: "secondary" } }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: "server/unreachable", detail: matching(/No secondary/) });
    expect(failure).toMatchObject({ detail: expect.not.stringContaining(String(port)) as unknown });
  });

  it("is done without a member that does not answer", async () => {
    await using set = await startMongodSet({ users: [root] });
    set.elect(2);
    await set.members[1]?.[Symbol.asyncDispose]();
    const { stream } = await login(set.members[0]?.port ?? 0, { options: { readPreference: "primary" } });
    stream.destroy();
  });
});

describe("options of a connection", () => {
  it.each([
    ["a name that is not known", { readPrefernce: "primary" }],
    ["a preference that there is not", { readPreference: "closest" }],
    ["a name of every object", { constructor: "x" }],
  ])("with %s are refused", async (_, options) => {
    await expect(login(1, { options })).rejects.toMatchObject({ code: "server/unsupported" });
  });
});

describe("a cancel", () => {
  it("stops what the session runs, and nobody else's", async () => {
    await using server = await startMongod({ users: [root] });
    const client = new MongoClient(server.url);
    await client.db("shop").collection("busy").insertOne({ n: 1 });
    const theirs = client
      .db("shop")
      .collection("busy")
      .find({ $where: "sleep(60000)" })
      .toArray()
      .catch(() => undefined);
    const sessions = await Promise.all(["s-1", "s-2"].map((session) => login(server.port, { session })));
    const answers = sessions.map(({ stream }) =>
      new ServerCommands(stream).ask({ find: "busy", filter: { $where: "sleep(60000)" } }, "shop"),
    );
    const finds = (): readonly string[] => server.operationsInProgress().filter((name) => name === "find");
    await until(() => finds().length === 3);
    await sessions[0]?.cancel();
    expect(await answers[0]).toMatchObject({ kind: "error", refusal: { code: 11601 } });
    expect(finds()).toHaveLength(2);
    await sessions[1]?.cancel();
    expect(await answers[1]).toMatchObject({ kind: "error" });
    for (const { stream } of sessions) stream.destroy();
    await client.close(true);
    await theirs;
  });
});
