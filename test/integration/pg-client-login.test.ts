import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { describe, expect, it } from "vitest";
import type { LoginPermit, LoginTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { deriveTicketVerifier, mockTicketVerifier } from "@sallyport/shared/ticket-verifier";
import { Secret } from "@sallyport/shared/secret";
import { containing, matching } from "../support/text-matchers.ts";
import type { GreetingDoor } from "../support/greeting-door.ts";
import { openPgDoor } from "../support/pg-door.ts";

const facts = { version: "18.0", settings: { server_version: "18.0", client_encoding: "UTF8" } };

function permit(): LoginPermit & { spent: number } {
  return {
    session: "s",
    spent: 0,
    spend() {
      this.spent++;
    },
  };
}

async function byToken(talk: LoginTalk): Promise<void> {
  const token = await talk.askToken();
  if (token.reveal() === "good token") await talk.welcome(permit(), facts);
  else await talk.reject(new GatewayError("login/failed", "a bad token"));
}

async function byTicket(talk: LoginTalk): Promise<void> {
  const verifier =
    talk.hello.user === "alice"
      ? await deriveTicketVerifier(new Secret("good ticket"))
      : mockTicketVerifier(String(talk.hello.user), Buffer.from("key"));
  if (await talk.askProof(verifier)) await talk.welcome(permit(), facts);
  else await talk.reject(new GatewayError("login/failed", "a bad ticket"));
}

function client(door: GreetingDoor, config: pg.ClientConfig): pg.Client {
  const ssl = config.ssl ?? { ca: door.ca, servername: "localhost" };
  const made = new pg.Client({ host: "127.0.0.1", port: door.port, user: "alice", database: "shop", ...config, ssl });
  made.on("error", () => undefined);
  return made;
}

describe("the pg driver", () => {
  it("logs in with a token over TLS and says who it is", async () => {
    await using door = await openPgDoor({ onLogin: byToken });
    const alice = client(door, {
      password: "good token",
      application_name: "reports",
      statement_timeout: 5000,
      options: "-c TimeZone=UTC",
    });
    await alice.connect();
    const talk = await door.nextGreeting();
    expect(talk).toMatchObject({
      kind: "login",
      hello: {
        user: "alice",
        database: "shop",
        encrypted: true,
        settings: { application_name: "reports", statement_timeout: "5000", TimeZone: "UTC" },
      },
    });
    await alice.end();
  });

  it("is told when the token is wrong", async () => {
    await using door = await openPgDoor({ onLogin: byToken });
    await expect(client(door, { password: "bad" }).connect()).rejects.toMatchObject({
      code: "28P01",
      severity: "FATAL",
    });
  });

  it.each([true, false])("logs in with a ticket by SCRAM, channel binding %s", async (enableChannelBinding) => {
    await using door = await openPgDoor({ onLogin: byTicket });
    const alice = client(door, { password: "good ticket", enableChannelBinding });
    await alice.connect();
    await alice.end();
    await expect(client(door, { password: "bad", enableChannelBinding }).connect()).rejects.toMatchObject({
      code: "28P01",
    });
    await expect(
      client(door, { user: "nobody", password: "any", enableChannelBinding }).connect(),
    ).rejects.toMatchObject({ code: "28P01" });
  });

  it("is asked for TLS, or let in without where that is allowed", async () => {
    await using strict = await openPgDoor({ onLogin: byTicket });
    await expect(client(strict, { ssl: false, password: "good ticket" }).connect()).rejects.toMatchObject({
      code: "28000",
      hint: containing("sslmode"),
    });
    await using open = await openPgDoor({ onLogin: byTicket, plaintextAllowed: true });
    const alice = client(open, { ssl: false, password: "good ticket" });
    await alice.connect();
    expect(await open.nextGreeting()).toMatchObject({ hello: { encrypted: false } });
    await alice.end();
  });

  it.each([
    ["search_path", { options: "-c search_path=private" }, "22023"],
    ["standard_conforming_strings", { options: "--standard-conforming-strings=off" }, "22023"],
    ["client_encoding", { options: "-c client_encoding=LATIN1" }, "22023"],
    ["replication", { replication: "database" }, "0A000"],
  ])("may not set %s", async (name, config, code) => {
    await using door = await openPgDoor({ onLogin: byTicket });
    await expect(client(door, { password: "good ticket", ...config }).connect()).rejects.toMatchObject({
      code,
      detail: matching(new RegExp(name.replaceAll("_", "[_-]"), "i")),
    });
  });

  it("leaves no connection behind, welcomed or not", async () => {
    await using door = await openPgDoor({ onLogin: byToken });
    for (const password of ["good token", "bad"]) {
      const alice = client(door, { password });
      await alice.connect().catch(() => undefined);
      await door.nextGreeting();
      await alice.end();
    }
    while ((await door.openConnections()) > 0) await delay(5);
  });
});
