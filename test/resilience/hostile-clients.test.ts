import { encodeStartupMessage } from "@sallyport/protocol-pg/messages/startup-message";
import { sslRequest } from "@sallyport/protocol-pg/messages/ssl-request";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readErrorResponse } from "../support/error-response.ts";
import { startRoad, type Road } from "../support/road.ts";
import { connectScripted, type ScriptedClient } from "../support/scripted-client.ts";
import { until } from "../support/until.ts";
import { connectWatched, type WatchedClient } from "../support/watched-client.ts";
import { sideOf, WireClient } from "../support/wire-client.ts";

/** 4 is a message without a body, which none of these is. */
const LENGTHS = [0, 3, 4, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1];
const MiB = 1024 * 1024;
const TIMES = 50;

let road: Road;
let ca: string;
let url: string;
let bystander: WatchedClient;

/** No connection is closed by the passing of time here. */
beforeAll(async () => {
  road = await startRoad({ limits: { loginSeconds: 3_600 } });
  ca = await readFile(road.certificates.caFile, "utf8");
  url = await road.urlFor({ name: "alice" });
  bystander = await connectWatched(url);
});

afterAll(async () => {
  await bystander[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

async function isOnlyBystander(): Promise<void> {
  const { rows } = await bystander.client.query("SELECT 1 AS one");
  expect(rows).toEqual([{ one: 1 }]);
  await until(() => road.gateway.sessions.size === 1);
}

function header(length: number, tag = ""): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(length);
  return Buffer.concat([Buffer.from(tag, "latin1"), bytes]);
}

function startup(): Buffer {
  const parameters = [
    ["user", "alice~nobody0"],
    ["database", "shop"],
  ] as const;
  return encodeStartupMessage({ type: "StartupMessage", major: 3, minor: 0, parameters });
}

async function connectTls(): Promise<ScriptedClient> {
  const client = await connectScripted(road.port);
  await client.send(sslRequest);
  expect((await client.receive(1)).toString()).toBe("S");
  await client.startTls({ ca });
  return client;
}

/** As far as the server's first question. */
async function beginLogin(client: ScriptedClient): Promise<ScriptedClient> {
  await client.send(startup());
  const asked = await client.receive(5);
  await client.receive(asked.readInt32BE(1) - 4);
  return client;
}

const places = [
  { where: "as the first message", connect: () => connectScripted(road.port), tag: "" },
  { where: "as the first message over TLS", connect: connectTls, tag: "" },
  { where: "in the middle of a login", connect: async () => beginLogin(await connectTls()), tag: "p" },
] as const;

describe("a header of a length that no client sends", () => {
  const cases = places.flatMap((place) => LENGTHS.map((length) => ({ ...place, length })));

  it.each(cases)("$length $where closes that connection and no other", async ({ connect, tag, length }) => {
    const client = await connect();
    await client.send(header(length, tag));
    // In front of the login nobody would understand an answer; behind it there is one.
    const said = readErrorResponse(await client.receiveAll());
    expect(said?.code).toBe(tag === "" ? undefined : "08P01");
    await isOnlyBystander();
  });

  it.each(["Q", "P", "B", "d", "p"])("in a session, in front of a message %s, ends it with an error", async (tag) => {
    for (const length of LENGTHS.filter((length) => length !== 4)) {
      await using client = await WireClient.connect(sideOf("through", url));
      client.send(header(length, tag));
      const last = await client.until("E");
      expect(last.body.toString("latin1")).toMatch(/VFATAL\0C(08P01|54000)\0/);
      expect(await client.next()).toBeUndefined();
    }
    await isOnlyBystander();
  });

  it("takes no memory, however often it comes", async () => {
    await sendAll();
    const before = process.resourceUsage().maxRSS;
    for (let time = 1; time <= TIMES; time += 1) await sendAll();
    expect((process.resourceUsage().maxRSS - before) * 1024).toBeLessThan(64 * MiB);
    await isOnlyBystander();
  });

  async function sendAll(): Promise<void> {
    await Promise.all(
      LENGTHS.map(async (length) => {
        const client = await connectScripted(road.port);
        await client.send(header(length), Buffer.alloc(1024));
        await client.receiveAll();
      }),
    );
  }
});

describe("a client out of turn", () => {
  it.each([
    ["a second StartupMessage in the middle of a login", async () => beginLogin(await connectTls()), startup, "08P01"],
    ["a query in the middle of a login", async () => beginLogin(await connectTls()), () => header(9, "Q"), "08P01"],
    [
      "a StartupMessage glued behind its SSLRequest",
      () => connectScripted(road.port),
      () => Buffer.concat([sslRequest, startup()]),
      "08P01",
    ],
    ["another SSLRequest over TLS", connectTls, () => sslRequest, "08P01"],
  ] as const)("with %s is told so, and goes alone", async (_, connect, bytes, code) => {
    const client = await connect();
    await client.send(bytes());
    expect(readErrorResponse(await client.receiveAll())).toMatchObject({ severity: "FATAL", code });
    await isOnlyBystander();
  });

  it("that leaves instead of beginning TLS is not waited for", async () => {
    const client = await connectScripted(road.port);
    await client.send(sslRequest);
    await client.receive(1);
    client.end();
    expect(await client.receiveAll()).toHaveLength(0);
    await isOnlyBystander();
  });

  it("with more than 16 KiB before its login is closed at the header", async () => {
    const client = await connectScripted(road.port);
    await client.send(header(16 * 1024 + 1));
    expect(await client.receiveAll()).toHaveLength(0);
    await isOnlyBystander();
  });
});
