import { encodeStartupMessage } from "@sallyport/protocol-pg/messages/startup-message";
import { sslRequest } from "@sallyport/protocol-pg/messages/ssl-request";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { send } from "../support/pg-client-messages.ts";
import { descriptors } from "../support/process-sockets.ts";
import { startRoad, type Road } from "../support/road.ts";
import { connectScripted } from "../support/scripted-client.ts";
import { watchActivity, type ServerActivity } from "../support/server-activity.ts";
import { until } from "../support/until.ts";
import { sideOf, WireClient } from "../support/wire-client.ts";

const AT_ONCE = 10;
/** A place that is not given back would be missed soon. */
const PLACES = 2 * AT_ONCE;

let road: Road;
let url: string;
let ca: string;
let activity: ServerActivity;
const warnings: string[] = [];
const onWarning = (warning: Error): void => void warnings.push(warning.message);

beforeAll(async () => {
  road = await startRoad({ limits: { loggingInPerAddress: PLACES, connections: PLACES } });
  url = await road.urlFor({ name: "alice" });
  ca = await readFile(road.certificates.caFile, "utf8");
  activity = await watchActivity(road.server.url);
  process.on("warning", onWarning);
});

afterAll(async () => {
  process.off("warning", onWarning);
  await activity[Symbol.asyncDispose]();
  await road[Symbol.asyncDispose]();
});

/** As far as each goes before its client leaves. */
const beforeLogin = {
  "says nothing": async () => connectScripted(road.port),
  "asked for TLS": async () => {
    const client = await connectScripted(road.port);
    await client.send(sslRequest);
    return client;
  },
  "is under TLS": async () => {
    const client = await connectScripted(road.port);
    await client.send(sslRequest);
    await client.receive(1);
    await client.startTls({ ca });
    return client;
  },
  "sent half of a message": async () => {
    const client = await connectScripted(road.port);
    await client.send(startup().subarray(0, 10));
    return client;
  },
  "said who it is": async () => {
    const client = await connectScripted(road.port);
    await client.send(startup());
    if ((await client.receive(1)).toString() !== "R") throw new Error("it was not asked for a proof");
    return client;
  },
} as const;

const loggedIn = [
  { how: "says goodbye", times: 1_000, leave: async (client: WireClient) => client[Symbol.asyncDispose]() },
  { how: "closes", times: 1_000, leave: async (client: WireClient) => client.hangUp() },
  { how: "breaks", times: 1_000, leave: async (client: WireClient) => client.reset() },
  {
    how: "closes in mid-query",
    times: 200,
    leave: async (client: WireClient) => {
      client.send(send.query("SELECT pg_sleep(600)"));
      client.hangUp();
    },
  },
  {
    how: "breaks in the middle of a result",
    times: 200,
    leave: async (client: WireClient) => {
      client.send(send.query("SELECT repeat('x', 1000) FROM generate_series(1, 10000)"));
      await client.next();
      client.reset();
    },
  },
] as const;

function startup(): Buffer {
  const parameters = [
    ["user", sideOf("through", url).user],
    ["database", "shop"],
  ] as const;
  return encodeStartupMessage({ type: "StartupMessage", major: 3, minor: 0, parameters });
}

/** Everything that this process holds: gateway, agent and the test's own clients. */
function held(): { readonly descriptors: number; readonly timers: number } {
  const timers = process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
  return { descriptors: descriptors(process.pid).length, timers };
}

async function nothingStays(cycle: () => Promise<void>, times: number): Promise<void> {
  await cycle();
  await isQuiet();
  const before = held();
  for (let done = 0; done < times; done += AT_ONCE) await Promise.all(Array.from({ length: AT_ONCE }, cycle));
  await isQuiet();
  await until(() => {
    const now = held();
    return now.descriptors <= before.descriptors && now.timers <= before.timers;
  });
  expect(warnings).toEqual([]);
}

async function isQuiet(): Promise<void> {
  await activity.until((sessions) => sessions.length === 0);
  await until(() => road.gateway.sessions.size === 0 && road.agent?.sessionCount === 0);
}

describe("clients that come and go by the thousand", () => {
  it.each(Object.entries(beforeLogin))("leave nothing when each %s", async (_, connect) => {
    await nothingStays(async () => (await connect()).reset(), 1_000);
  });

  it.each(loggedIn)("leave nothing when each logs in and $how", async ({ leave, times }) => {
    await nothingStays(async () => leave(await WireClient.connect(sideOf("through", url))), times);
  });
});
