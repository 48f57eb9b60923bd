import { KeyObject, webcrypto } from "node:crypto";
import { connect as connectTls } from "node:tls";
import { startGateway, type Gateway } from "@sallyport/gateway/gateway";
import { openLocalAgent } from "@sallyport/gateway/tunnel/open-local-agent";
import { pg } from "@sallyport/protocol-pg/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { dialTunnel } from "@sallyport/shared/tunnel/dial-tunnel";
import * as mariadb from "mariadb";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectionTo, startClientRoad } from "../support/client-road.ts";
import { send } from "../support/pg-client-messages.ts";
import { everything, GROUP, startTestAgent } from "../support/protocol-road.ts";
import { portOf, servedThrough, startRelayedRoad } from "../support/relayed-road.ts";
import { requestCancel } from "../support/request-cancel.ts";
import { startRoad, type Road } from "../support/road.ts";
import { startServedMysql } from "../support/served-mysql.ts";
import { watchActivity } from "../support/server-activity.ts";
import { told } from "../support/told.ts";
import { until } from "../support/until.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";
import { sideOf, WireClient } from "../support/wire-client.ts";

const ROWS = 20_000;

describe("a session at a replica without an agent for it", () => {
  let road: Road;
  let opened: AsyncDisposableStack;
  let second: Gateway;
  let url: string;

  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    const relayed = opened.use(await startRelayedRoad());
    ({ road, second } = relayed);
    url = await relayed.urlFor("alice");
  });
  afterEach(() => opened.disposeAsync());

  it("is never refused for want of an agent that another has: its replica opens when it has heard of them", () => {
    expect(servedThrough(second)).toEqual([GROUP]);
  });

  it("is passed on to one that has, which decides nothing and records nothing", async () => {
    await using alice = await connectWatched(url);
    const { rows } = await alice.client.query(
      "SELECT count(*)::int AS n, sum(g)::bigint AS s FROM generate_series(1, $1) g",
      [ROWS],
    );
    expect(rows).toEqual([{ n: ROWS, s: String((ROWS * (ROWS + 1)) / 2) }]);
    const all = await alice.client.query(`SELECT g, repeat('x', 100) AS x FROM generate_series(1, ${ROWS}) g`);
    expect(all.rows).toHaveLength(ROWS);
    expect([road.gateway.sessions.size, second.sessions.size]).toEqual([0, 1]);
    const noted = async () => (await second.store.sessions.list({ open: true }, { limit: 10 })).items;
    await until(async () => (await noted()).length === 1);
    expect(await noted()).toMatchObject([{ agent: "test-agent", replica: second.store.replicas.own }]);
  });

  it("is refused a statement by the policy, as anywhere", async () => {
    await using alice = await connectWatched(url);
    await road.putDocument("2.json", { ...everything, rules: [{ allow: ["session"] }] });
    const { version } = road.gateway.store.snapshot();
    await until(() => second.store.snapshot().version === version);
    expect(await failureOf(alice.client.query("SELECT 1"))).toMatchObject({ code: "42501" });
  });

  it("is cancelled by a request that comes to any replica, with its own key alone", async () => {
    const side = sideOf("through", url);
    await using client = await WireClient.connect(side);
    await using other = await WireClient.connect(side);
    await using activity = await watchActivity(road.server.url);
    const asleep = (sessions: number) =>
      activity.until((all) => all.filter(({ wait }) => wait === "PgSleep").length === sessions);
    client.send(send.query("select pg_sleep(600)"));
    other.send(send.query("select pg_sleep(600)"));
    await asleep(2);
    const first = { host: "127.0.0.1", port: road.port };
    const mixed = Buffer.concat([client.cancelKey.subarray(0, 4), other.cancelKey.subarray(4)]);
    for (const key of [mixed, Buffer.alloc(8)]) await requestCancel(first, key);
    await requestCancel(first, other.cancelKey);
    expect(told(await other.untilReady())[1]).toContain("C=57014");
    await asleep(1);
    await requestCancel(first, client.cancelKey);
    expect(told(await client.untilReady())[1]).toContain("C=57014");
    expect(told(await client.query("select 'usable'"))).toHaveLength(4);
  });

  it("is all that two replicas talk about: what one says of its groups goes no further", async () => {
    await until(() => road.gateway.tunnels.replicas.length === 1);
    let changes = 0;
    opened.defer(second.tunnels.onChange(() => (changes += 1)));
    const open = () => Promise.reject(new GatewayError("tunnel/no-agent", "not in this test"));
    const opener = { open, cancel: () => Promise.resolve() };
    const more = openLocalAgent({ agent: "more", group: "more", opener }, road.gateway.tunnels);
    await until(() => servedThrough(second).includes("more"));
    more[Symbol.dispose]();
    await until(() => !servedThrough(second).includes("more"));
    expect(changes).toBe(2);
  });

  it("prefers an agent of its own once there is one", async () => {
    const allow = [`127.0.0.1:${road.server.port}`];
    await road.agent?.stop();
    const agent = opened.use(startTestAgent(second.tunnelPort ?? 0, road.certificates, allow, [pg], road.log));
    await agent.online;
    await until(() => second.tunnels.tunnels.length === 1);
    await using alice = await connectWatched(url);
    expect((await alice.client.query("SELECT 1 AS n")).rows).toEqual([{ n: 1 }]);
    expect(agent.sessionCount).toBe(1);
    await until(() => servedThrough(road.gateway).length === 1);
    await using bob = await connectWatched(await road.urlFor({ name: "bob" }));
    expect((await bob.client.query("SELECT 2 AS n")).rows).toEqual([{ n: 2 }]);
    expect(agent.sessionCount).toBe(2);
  });

  it("ends with a clear error when that replica is lost, and finds no agent until one is there", async () => {
    await using alice = await connectWatched(url);
    const running = failureOf(alice.client.query("SELECT pg_sleep(600)"));
    await road.gateway.close();
    expect(await running).toMatchObject({ code: "08006" });
    expect(await failureOf(connectWatched(url))).toMatchObject({ code: "08001" });
    expect(await second.store.replicas.list()).toHaveLength(1);
  });
});

it("nobody but a replica is let in where replicas talk", async () => {
  await using road = await startRoad({ relay: true });
  const [{ relayAddress = "" } = {}] = await road.gateway.store.replicas.list();
  const { authority, door } = road.gateway.trust;
  const port = Number(relayAddress.split(":").at(-1));
  const { certificate: cert, key } = door.current;
  for (const shown of [{}, { cert, key }]) {
    const socket = connectTls({
      host: "127.0.0.1",
      port,
      ca: authority.trusted,
      ALPNProtocols: ["h2"],
      ...shown,
      checkServerIdentity: () => undefined,
    });
    socket.on("error", () => undefined).resume();
    await new Promise<void>((resolve) => socket.once("close", () => resolve()));
  }
  expect(road.gateway.tunnels.replicas).toEqual([]);
});

it.each([
  ["an agent that enrolled", { commonName: "db-1", uri: "sallyport://agents/vpc-1/db-1" }],
  ["one whose name only looks like a replica's", { commonName: "x.replica.sallyport.internal", hosts: ["replica"] }],
  ["one that names a replica behind another host", { commonName: "x", hosts: ["x", "y.replica.sallyport.internal"] }],
] as const)("%s is no replica, though the gateway's own authority signed it", async (_who, says) => {
  await using road = await startRoad({ relay: true });
  const [replica] = await road.gateway.store.replicas.list();
  const { authority } = road.gateway.trust;
  const keys = await webcrypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const content = { ...says, publicKey: keys.publicKey, usages: ["clientAuth"], lifetimeMs: 60_000 } as const;
  const { certificate } = await authority.sign(content);
  const lost = new GatewayError("tunnel/agent-lost", "not in this test");
  const opener = {
    open: () => Promise.reject(lost),
    cancel: () => Promise.resolve(),
  };
  const dialled = dialTunnel({
    material: {
      gateway: replica?.relayAddress ?? "",
      gatewayName: `${replica?.id}.replica.sallyport.internal`,
      ca: authority.trusted,
      certificate: certificate + authority.certificate,
      key: KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" }).toString(),
    },
    registration: { agentVersion: "", protocols: [], instance: "one", epoch: 1, held: [] },
    opener,
    log: road.log,
    signal: new AbortController().signal,
  });
  await expect(dialled).rejects.toMatchObject({ code: "enrolment/revoked" });
  expect(road.gateway.tunnels.replicas).toEqual([]);
});

describe("MySQL's clients at a replica without an agent", () => {
  it("are greeted as by the server, and end each other's statements wherever the other is", async () => {
    await using served = await startServedMysql("mysql");
    await using road = await startClientRoad(served, { relay: true });
    await using second = await startGateway(road.road.options);
    const { user, secret: password } = road.ticket;
    const connect = (port: number) =>
      mariadb.createConnection({ host: road.host, port, user, password, ssl: { ca: road.ca } });
    await until(() => second.tunnels.serverOf(connectionTo(served)) !== undefined);
    const there = await connect(portOf(second));
    const here = await connect(road.port);
    try {
      expect(there.serverVersion()).toBe(here.serverVersion());
      const slow = there.query("SELECT SLEEP(600) AS s").then(
        (rows: unknown) => rows,
        (error: unknown) => error,
      );
      await until(async () => (await served.statements()).some((text) => text.includes("SLEEP(600)")));
      await here.query(`KILL QUERY ${there.threadId}`);
      // MySQL answers a SLEEP that was ended with 1
      expect(await slow).toEqual([{ s: 1n }]);
      await expect(here.query("KILL QUERY 2147483647")).rejects.toMatchObject({ errno: 1094 });
    } finally {
      await Promise.all([there.end(), here.end()]);
    }
  });
});
