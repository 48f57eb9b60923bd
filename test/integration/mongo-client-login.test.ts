import { setTimeout as delay } from "node:timers/promises";
import { MongoClient, type MongoClientOptions } from "mongodb";
import { describe, expect, it } from "vitest";
import type { ClientHello, LoginPermit, LoginTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { deriveTicketVerifier, mockTicketVerifier } from "@sallyport/shared/ticket-verifier";
import type { ServerFacts } from "@sallyport/shared/tunnel/open-session";
import type { GreetingDoor } from "../support/greeting-door.ts";
import { openMongoDoor } from "../support/mongo-door.ts";
import { matching } from "../support/text-matchers.ts";

const facts: ServerFacts = {
  version: "8.0.4",
  settings: {
    topology: "replica-set",
    minWireVersion: "0",
    maxWireVersion: "25",
    maxBsonObjectSize: "16777216",
    maxMessageSizeBytes: "48000000",
    maxWriteBatchSize: "100000",
    logicalSessionTimeoutMinutes: "30",
    connectionId: "9",
  },
};

function permit(): LoginPermit {
  return { session: "s", spend: () => undefined };
}

/** As the login desk does: names with a tilde are tickets'. */
async function logIn(talk: LoginTalk): Promise<void> {
  if (await isProven(talk)) await talk.welcome(permit(), facts);
  else await talk.reject(new GatewayError("login/failed", "a bad credential"));
}

async function isProven(talk: LoginTalk): Promise<boolean> {
  const { user } = talk.hello;
  if (user?.includes("~") !== true) return (await talk.askToken()).reveal() === "good token";
  const ticket = user === "alice~1" ? await deriveTicketVerifier(new Secret("good secret")) : undefined;
  return talk.askProof(ticket ?? mockTicketVerifier(user, Buffer.from("key")));
}

interface Wanted {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly options?: MongoClientOptions;
}

function clientOf(door: GreetingDoor, { user, password, database = "", options = {} }: Wanted): MongoClient {
  return new MongoClient(`mongodb://127.0.0.1:${door.port}/${database}`, {
    ...(user === undefined ? {} : { auth: { username: user, password: password ?? "" } }),
    tls: true,
    ca: door.ca,
    servername: "localhost",
    serverSelectionTimeoutMS: 5_000,
    ...options,
  });
}

/** Lets a driver log in, or not. */
async function attempt(door: GreetingDoor, wanted: Wanted): Promise<void> {
  const client = clientOf(door, wanted);
  try {
    await client.connect();
  } finally {
    await client.close();
  }
}

/** A door whose logins can be looked at: greetings end in no order, since a driver also has connections that never log in. */
async function openWatchedDoor(options: Parameters<typeof openMongoDoor>[0] = {}) {
  const hellos: ClientHello[] = [];
  const onLogin = async (talk: LoginTalk): Promise<void> => {
    hellos.push(talk.hello);
    await logIn(talk);
  };
  return Object.assign(await openMongoDoor({ onLogin, ...options }), { hellos });
}

const plain: MongoClientOptions = { authMechanism: "PLAIN" };
function oidc(token: string): MongoClientOptions {
  return {
    authMechanism: "MONGODB-OIDC",
    authMechanismProperties: { OIDC_CALLBACK: async () => ({ accessToken: token }) },
  };
}

describe("the mongodb driver", () => {
  it.each<[string, Wanted, object]>([
    ["a ticket by SCRAM, unasked", { user: "alice~1", password: "good secret" }, { user: "alice~1" }],
    [
      "a ticket by SCRAM, asked for",
      { user: "alice~1", password: "good secret", options: { authMechanism: "SCRAM-SHA-256" } },
      { user: "alice~1" },
    ],
    ["a ticket by PLAIN", { user: "alice~1", password: "good secret", options: plain }, { user: "alice~1" }],
    ["a token by PLAIN", { user: "alice+shop", password: "good token", options: plain }, { user: "alice+shop" }],
    ["a token by OIDC", { options: oidc("good token") }, { user: undefined }],
    [
      "a ticket and a database",
      { user: "alice~1", password: "good secret", database: "shop" },
      { user: "alice~1", database: "shop" },
    ],
  ])("logs in with %s", async (_, wanted, hello) => {
    await using door = await openWatchedDoor({ likelyServers: [facts] });
    await attempt(door, wanted);
    expect(door.hellos).toMatchObject([{ encrypted: true, database: undefined, ...hello }]);
  });

  it("says what it is", async () => {
    await using door = await openWatchedDoor();
    await attempt(door, { user: "alice~1", password: "good secret", options: { appName: "reports\nweekly" } });
    expect(door.hellos[0]?.settings).toMatchObject({ application: "reports weekly", driver: matching(/^nodejs/) });
  });

  it.each<[string, Wanted]>([
    ["a wrong secret", { user: "alice~1", password: "bad" }],
    ["a wrong secret by PLAIN", { user: "alice~1", password: "bad", options: plain }],
    ["a ticket that there is not", { user: "nobody~1", password: "bad" }],
    ["a wrong token", { user: "alice+shop", password: "bad", options: plain }],
    ["a wrong token by OIDC", { options: oidc("bad") }],
    ["SCRAM-SHA-1", { user: "alice~1", password: "good secret", options: { authMechanism: "SCRAM-SHA-1" } }],
  ])("is told of %s, and at once", async (_, wanted) => {
    await using door = await openMongoDoor({ onLogin: logIn });
    await expect(attempt(door, wanted)).rejects.toMatchObject({ code: 18, codeName: "AuthenticationFailed" });
  });

  it("is told how to bring a token when it tries to prove one", async () => {
    await using door = await openMongoDoor({ onLogin: logIn });
    const login = attempt(door, { user: "alice+shop", password: "good token" });
    await expect(login).rejects.toThrow("authMechanism=PLAIN");
  });

  it("is told of refusals that come before any question, as the answer to its login", async () => {
    await using door = await openMongoDoor({
      onLogin: (talk) => talk.reject(new GatewayError("login/no-access", "none")),
    });
    const login = attempt(door, { user: "alice~1", password: "good secret" });
    await expect(login).rejects.toMatchObject({ code: 13 });
  });

  it("is asked for TLS, or let in without where that is allowed", async () => {
    await using strict = await openMongoDoor({ onLogin: logIn });
    const inClear = { user: "alice~1", password: "good secret", options: { tls: false } };
    await expect(
      attempt(strict, { ...inClear, options: { tls: false, serverSelectionTimeoutMS: 500 } }),
    ).rejects.toThrow("tls=true");
    await using open = await openWatchedDoor({ plaintextAllowed: true });
    await attempt(open, inClear);
    expect(open.hellos).toMatchObject([{ encrypted: false }]);
  });

  it("is refused what needs a login, and keeps its connection", async () => {
    await using door = await openMongoDoor({ likelyServers: [facts] });
    const client = clientOf(door, { options: { maxPoolSize: 1 } });
    await client.connect();
    await expect(client.db("shop").command({ ping: 1 })).rejects.toMatchObject({ code: 13 });
    await expect(client.db("shop").collection("t").findOne()).rejects.toThrow("requires authentication");
    await client.close();
  });

  it("leaves no connection behind, welcomed or not", async () => {
    await using door = await openMongoDoor({ onLogin: logIn });
    await attempt(door, { user: "alice~1", password: "good secret" });
    await attempt(door, { user: "alice~1", password: "bad" }).catch(() => undefined);
    while ((await door.openConnections()) > 0) await delay(5);
  });
});
