import { setTimeout as delay } from "node:timers/promises";
import * as mariadb from "mariadb";
import mysql2 from "mysql2/promise";
import { describe, expect, it } from "vitest";
import { changeUserTalk } from "@sallyport/protocol-mysql/client-login/change-user-talk";
import { decodeChangeUser } from "@sallyport/protocol-mysql/messages/change-user";
import { PacketExchange } from "@sallyport/protocol-mysql/packet-exchange";
import type { ClientDoor, LoginPermit, LoginTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { deriveTicketVerifier, mockTicketVerifier } from "@sallyport/shared/ticket-verifier";
import type { GreetingDoor } from "../support/greeting-door.ts";
import { openMysqlDoor } from "../support/mysql-door.ts";
import { containing } from "../support/text-matchers.ts";

/** As agents tell of them; the state of the login names the schema. */
const mysqlServer = {
  version: "9.7.4-2",
  settings: { capabilities: "3758096383", collation: "255", status: "2", sessionState: "AQUEc2hvcA==" },
};
const mariadbServer = {
  version: "5.5.5-10.11.19-MariaDB",
  settings: { capabilities: "2181038078", mariadbCapabilities: "61", collation: "45", status: "2" },
};

const token = "t".repeat(2_000);

function permit(): LoginPermit {
  return { session: "s", spend: () => undefined };
}

async function byToken(talk: LoginTalk): Promise<void> {
  const given = await talk.askToken();
  if (given.reveal() === token) await talk.welcome(permit(), mysqlServer);
  else await talk.reject(new GatewayError("login/failed", "a bad token"));
}

async function byTicket(talk: LoginTalk): Promise<void> {
  const verifier =
    talk.hello.user === "alice"
      ? await deriveTicketVerifier(new Secret("good ticket"))
      : mockTicketVerifier(String(talk.hello.user), Buffer.from("key"));
  if (await talk.askProof(verifier)) await talk.welcome(permit(), mysqlServer);
  else await talk.reject(new GatewayError("login/failed", "a bad ticket"));
}

/** One driver, with nothing set but where, who and TLS. */
interface Driver {
  connect(door: GreetingDoor, login: { user?: string; password?: string; tls?: boolean }): Promise<Connected>;
}

interface Connected {
  readonly connectionId: number | null;
  end(): Promise<void>;
}

const place = (door: GreetingDoor) => ({ host: "localhost", port: door.port, database: "shop" });

const drivers: readonly (readonly [name: string, driver: Driver])[] = [
  [
    "mysql2",
    {
      async connect(door, { user = "alice", password, tls = true }) {
        const ssl = { ca: door.ca };
        const made = await mysql2.createConnection({
          ...place(door),
          user,
          ...(password !== undefined && { password }),
          ...(tls && { ssl }),
        });
        made.on("error", () => undefined);
        return { connectionId: made.threadId, end: () => made.end() };
      },
    },
  ],
  [
    "mariadb",
    {
      async connect(door, { user = "alice", password, tls = true }) {
        const made = await mariadb.createConnection({
          ...place(door),
          user,
          ...(password !== undefined && { password }),
          ...(tls && { ssl: { ca: door.ca } }),
        });
        made.on("error", () => undefined);
        return { connectionId: made.threadId, end: () => made.end() };
      },
    },
  ],
];

describe.each(drivers)("%s", (_name, driver) => {
  it("logs in with a token over TLS and says who it is", async () => {
    await using door = await openMysqlDoor({ onLogin: byToken });
    const alice = await driver.connect(door, { password: token });
    expect(alice.connectionId).toBe(7);
    const talk = await door.nextGreeting();
    expect(talk).toMatchObject({ kind: "login", hello: { user: "alice", database: "shop", encrypted: true } });
    await alice.end();
  });

  it("is told when the token is wrong, and when there is none", async () => {
    await using door = await openMysqlDoor({ onLogin: byToken });
    await expect(driver.connect(door, { password: "bad" })).rejects.toMatchObject({ errno: 1045, sqlState: "28000" });
    await expect(driver.connect(door, {})).rejects.toThrow(
      /No password was given|authentication_openid_connect_client/,
    );
  });

  it("logs in with a ticket by the fast way", async () => {
    await using door = await openMysqlDoor({ onLogin: byTicket });
    const alice = await driver.connect(door, { password: "good ticket" });
    await alice.end();
    await expect(driver.connect(door, { password: "bad" })).rejects.toMatchObject({ errno: 1045 });
    await expect(driver.connect(door, {})).rejects.toMatchObject({ errno: 1045 });
    await expect(driver.connect(door, { user: "nobody", password: "any" })).rejects.toMatchObject({ errno: 1045 });
  });

  it("is asked for TLS, or let in without by ticket where that is allowed", async () => {
    await using strict = await openMysqlDoor({ onLogin: byTicket });
    await expect(driver.connect(strict, { tls: false, password: "good ticket" })).rejects.toMatchObject({
      errno: 3159,
      message: containing("--ssl-mode"),
    });
    await using open = await openMysqlDoor({ onLogin: byTicket, plaintextAllowed: true });
    const alice = await driver.connect(open, { tls: false, password: "good ticket" });
    expect(await open.nextGreeting()).toMatchObject({ hello: { encrypted: false } });
    await alice.end();
  });

  it("is not asked for a token without TLS, wherever it comes from", async () => {
    await using door = await openMysqlDoor({ onLogin: byToken, plaintextAllowed: true });
    await expect(driver.connect(door, { tls: false, password: token })).rejects.toMatchObject({ errno: 3159 });
  });

  it.each([
    ["MySQL", mysqlServer],
    ["MariaDB", mariadbServer],
  ])("logs in at what greets as %s", async (_, server) => {
    await using door = await openMysqlDoor({ onLogin: byToken, likelyServers: [server] });
    const alice = await driver.connect(door, { password: token });
    await alice.end();
  });

  it("leaves no connection behind, welcomed or not", async () => {
    await using door = await openMysqlDoor({
      onLogin: async (talk, { stream }) => {
        await byToken(talk);
        // the client's goodbye, upon which servers hang up
        await stream.read().catch(() => undefined);
        stream.end();
      },
    });
    for (const password of [token, "bad"]) {
      const alice = await driver.connect(door, { password }).catch(() => undefined);
      await alice?.end();
      await door.nextGreeting();
    }
    while ((await door.openConnections()) > 0) await delay(5);
  });
});

describe("the server that a client will get", () => {
  it.each([
    ["MySQL", [mysqlServer], "9.7.4-2"],
    ["MariaDB", [mariadbServer], "10.11.19-MariaDB"],
    ["nobody knows yet", [], "8.0.34"],
  ])("is the one that it sees: %s", async (_, likelyServers, version) => {
    await using door = await openMysqlDoor({ onLogin: byToken, likelyServers });
    const alice = await mariadb.createConnection({
      ...place(door),
      user: "alice",
      password: token,
      ssl: { ca: door.ca },
    });
    expect(alice.serverVersion()).toBe(version);
    await alice.end();
  });
});

describe("a client that logs in anew", () => {
  /** Takes the first command, which is COM_CHANGE_USER, as an inspector would. */
  async function andAnew(talk: LoginTalk, door: ClientDoor): Promise<LoginTalk> {
    const exchange = new PacketExchange(door.stream, { maxBytes: 4096, onFault: "protocol/malformed", sequence: 0 });
    const command = await exchange.read();
    expect(command?.uint8()).toBe(0x11);
    if (command === undefined) throw new Error("the client hung up");
    const changeUser = decodeChangeUser(command, Number(talk.hello.settings["capabilities"]));
    return changeUserTalk(door, { hello: talk.hello, changeUser, sequence: exchange.sequence });
  }

  it.each([
    ["a token", byToken, token],
    ["a ticket", byTicket, "good ticket"],
  ])("by %s, keeps what it negotiated", async (_, login, password) => {
    const second = Promise.withResolvers<LoginTalk>();
    await using door = await openMysqlDoor({
      likelyServers: [mysqlServer],
      onLogin: async (talk, door) => {
        await login(talk);
        const anew = await andAnew(talk, door);
        await login(anew);
        second.resolve(anew);
      },
    });
    const ssl = { ca: door.ca };
    const made = await mysql2.createConnection({ ...place(door), user: "alice", password, ssl });
    await made.changeUser({ user: "alice", password, database: "other" });
    const { hello } = await second.promise;
    expect(hello).toMatchObject({ user: "alice", database: "other", encrypted: true });
    expect(hello.settings).toHaveProperty("capabilities", expect.stringMatching(/^\d+$/));
    await made.end();
  });

  it("is told when its second credential is wrong", async () => {
    await using door = await openMysqlDoor({
      onLogin: async (talk, door) => {
        await byToken(talk);
        await byToken(await andAnew(talk, door));
      },
    });
    const ssl = { ca: door.ca };
    const made = await mysql2.createConnection({ ...place(door), user: "alice", password: token, ssl });
    made.on("error", () => undefined);
    await expect(made.changeUser({ user: "alice", password: "bad" })).rejects.toMatchObject({ errno: 1045 });
    made.destroy();
  });
});
