import type { Document, MongoClientOptions } from "mongodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startClientRoad, type ClientRoad } from "../support/client-road.ts";
import { mongoClient } from "../support/mongo-client.ts";
import { MongoRawClient } from "../support/mongo-raw-client.ts";
import { readRecordings } from "../support/read-recordings.ts";
import { connectScripted } from "../support/scripted-client.ts";
import { mongoKinds, startServedMongo, type ServedMongo } from "../support/served-mongo.ts";
import { until } from "../support/until.ts";

const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;
const HELLO = { hello: 1, $db: "admin" };

describe.each(mongoKinds)("on a port of %s's own", (kind) => {
  let served: ServedMongo;
  let road: ClientRoad;

  beforeAll(async () => {
    served = await startServedMongo(kind);
    road = await startClientRoad(served, { leadsAlone: true, limits: { loginSeconds: 1 } });
  });
  afterAll(async () => {
    await road[Symbol.asyncDispose]();
    await served[Symbol.asyncDispose]();
  });

  /** The driver takes its token from a callback, as it would from a machine's identity. */
  function byCallback(accessToken: string): MongoClientOptions {
    return {
      authMechanism: "MONGODB-OIDC",
      authMechanismProperties: { OIDC_CALLBACK: () => Promise.resolve({ accessToken }) },
    };
  }

  it("the token alone says who logs in, by OIDC", async () => {
    const { secret } = await road.token();
    const client = mongoClient(road, "as-optioned", byCallback(secret));
    expect(await client.db("shop").command({ ping: 1 })).toMatchObject({ ok: 1 });
    await client.close();
    await until(() => road.road.gateway.sessions.size === 0);
    expect(JSON.stringify(readRecordings(road.road.recordings))).toContain('"alice"');
  });

  it("a token that says nothing gets nobody in", async () => {
    const client = mongoClient(road, "as-optioned", byCallback("no.token.atall"));
    await expect(client.db("shop").command({ ping: 1 })).rejects.toMatchObject({ code: AUTHENTICATION_FAILED });
    await client.close();
  });

  it("nobody has to name the connection", async () => {
    const { secret } = await road.token();
    for (const access of [road.ticket, { user: "alice", secret }]) {
      const client = mongoClient(road, access);
      expect(await client.db("shop").command({ ping: 1 })).toMatchObject({ ok: 1 });
      await client.close();
    }
  });

  it("a connection that only watches may stay, and gets no more than hello", async () => {
    await using watcher = await MongoRawClient.open(road.port, road.ca);
    expect(await watcher.ask(HELLO)).toMatchObject({ ok: 1, isWritablePrimary: true });
    // whoever says nothing at all is sent away when the time for a login is over
    await (await connectScripted(road.port)).receiveAll();
    expect(await watcher.ask(HELLO)).toMatchObject({ ok: 1 });
    for (const command of [{ ping: 1 }, { find: "things" }, { saslContinue: 1, conversationId: 1 }]) {
      expect(await watcher.ask({ ...command, $db: "shop" })).toMatchObject({ ok: 0, code: UNAUTHORIZED });
    }
    expect(await watcher.ask(HELLO)).toMatchObject({ ok: 1 });
    expect(road.road.gateway.sessions.size).toBe(1);
  });

  it("a driver watches over a connection of its own, and works over others", async () => {
    const client = mongoClient(road, road.ticket, { heartbeatFrequencyMS: 500 });
    let heartbeats = 0;
    client.on("serverHeartbeatSucceeded", () => (heartbeats += 1));
    expect(await client.db("shop").command({ ping: 1 })).toMatchObject({ ok: 1 });
    // longer than a login may take
    await until(() => heartbeats >= 4);
    const topologies: Document[] = [];
    client.on("topologyDescriptionChanged", (event) => topologies.push(event));
    expect(await client.db("shop").command({ ping: 1 })).toMatchObject({ ok: 1 });
    expect(topologies).toEqual([]);
    await client.close();
  });
});
