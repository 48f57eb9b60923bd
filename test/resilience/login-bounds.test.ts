import { encodeStartupMessage } from "@sallyport/protocol-pg/messages/startup-message";
import { sslRequest } from "@sallyport/protocol-pg/messages/ssl-request";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readErrorResponse } from "../support/error-response.ts";
import { startRoad, type Road } from "../support/road.ts";
import { connectScripted, type ScriptedClient } from "../support/scripted-client.ts";
import { until } from "../support/until.ts";
import { connectWatched, failureOf, type WatchedClient } from "../support/watched-client.ts";

const LOGGING_IN = 6;
const LOGIN_SECONDS = 2;

let road: Road;
let url: string;
let ca: string;
let bystander: WatchedClient;

beforeAll(async () => {
  road = await startRoad({
    limits: { loginSeconds: LOGIN_SECONDS, loggingInPerAddress: LOGGING_IN, connections: 2 * LOGGING_IN },
    plaintext: "never",
  });
  ca = await readFile(road.certificates.caFile, "utf8");
  url = await road.urlFor({ name: "alice" });
  bystander = await connectWatched(url);
});

afterAll(async () => {
  await bystander[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

function startup(): Buffer {
  const user = decodeURIComponent(new URL(url).username);
  const parameters = [
    ["user", user],
    ["database", "shop"],
  ] as const;
  return encodeStartupMessage({ type: "StartupMessage", major: 3, minor: 0, parameters });
}

async function askTls(): Promise<ScriptedClient> {
  const client = await connectScripted(road.port);
  await client.send(sslRequest);
  await client.receive(1);
  return client;
}

async function startTls(): Promise<ScriptedClient> {
  const client = await askTls();
  await client.startTls({ ca });
  return client;
}

async function isOnlyBystander(): Promise<void> {
  await bystander.client.query("SELECT 1");
  await until(() => road.gateway.sessions.size === 1);
}

/** How long each dawdles is up to the gateway; each gives what it was told in the end. */
const dawdlers = {
  "says nothing at all": async () => (await connectScripted(road.port)).receiveAll(),
  "asks for TLS and never begins it": async () => (await askTls()).receiveAll(),
  "says nothing over TLS": async () => (await startTls()).receiveAll(),
  "sends byte after byte and never a whole message": async () => {
    const client = await startTls();
    const end = client.receiveAll();
    for (const byte of startup().subarray(0, -1)) await client.send(Buffer.from([byte]));
    return end;
  },
  "says who it is and does not prove it": async () => {
    const client = await startTls();
    await client.send(startup());
    const asked = await client.receive(5);
    await client.receive(asked.readInt32BE(1) - 4);
    return client.receiveAll();
  },
} as const;

describe("a login that takes too long", () => {
  it("is cut off, in words once it is known who asks", async () => {
    const told = await Promise.all(
      Object.entries(dawdlers).map(async ([name, dawdle]) => [name, readErrorResponse(await dawdle())?.code]),
    );
    expect(Object.fromEntries(told)).toEqual({
      "says nothing at all": undefined,
      "asks for TLS and never begins it": undefined,
      "says nothing over TLS": undefined,
      "sends byte after byte and never a whole message": undefined,
      "says who it is and does not prove it": "57014",
    });
    await isOnlyBystander();
  });
});

describe("too many connections", () => {
  it("logging in from one address: more are turned away in words, and those that are logged in go on", async () => {
    const silent = await Promise.all(Array.from({ length: LOGGING_IN }, () => connectScripted(road.port)));
    await until(() => road.gateway.sessions.size === LOGGING_IN + 1);
    const turnedAway = await connectScripted(road.port);
    await turnedAway.send(sslRequest);
    expect(readErrorResponse(await turnedAway.receiveAll())).toMatchObject({ severity: "FATAL", code: "53300" });
    await bystander.client.query("SELECT 1");
    for (const client of silent) await client.receiveAll();
    await isOnlyBystander();
    await using next = await connectWatched(url);
    await next.client.query("SELECT 1");
  });

  it("in all: the same, until one of them leaves", async () => {
    await using opened = new AsyncDisposableStack();
    const sessions: WatchedClient[] = [];
    while (sessions.length < 2 * LOGGING_IN - 1) sessions.push(opened.use(await connectWatched(url)));
    const turnedAway = await connectScripted(road.port);
    expect(readErrorResponse(await turnedAway.receiveAll())).toMatchObject({ code: "53300" });
    await sessions[0]?.client.end();
    await until(() => road.gateway.sessions.size === 2 * LOGGING_IN - 1);
    await using next = await connectWatched(url);
    await next.client.query("SELECT 1");
  });
});

describe("a listener that takes no plaintext", () => {
  it("says so to a client that does not ask for TLS", async () => {
    const client = await connectScripted(road.port);
    await client.send(startup());
    expect(readErrorResponse(await client.receiveAll())).toMatchObject({ severity: "FATAL", code: "28000" });
    const plain = new URL(url);
    plain.search = "";
    expect(await failureOf(connectWatched(plain.href))).toMatchObject({ code: "28000" });
  });
});
