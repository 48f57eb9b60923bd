import { startGateway, type Gateway } from "@sallyport/gateway/gateway";
import { askToEndSession } from "@sallyport/gateway/session/session-control";
import type { SessionRow } from "@sallyport/gateway/store/doors/sessions";
import type { StateStore } from "@sallyport/gateway/store/state-store";
import { pg } from "@sallyport/protocol-pg/adapter";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testActor } from "../support/apply-to-store.ts";
import { everything, startTestAgent } from "../support/protocol-road.ts";
import { startRoad, type Road } from "../support/road.ts";
import { until } from "../support/until.ts";
import { connectWatched, failureOf, type WatchedClient } from "../support/watched-client.ts";

const ACCESS_ENDED = { code: "57P01" };
const NOT_ALLOWED = { code: "42501" };

/** Three replicas on one store, each with an agent, and a session of alice's on each. */
describe("what is changed at one replica", () => {
  let road: Road;
  let opened: AsyncDisposableStack;
  let replicas: readonly Gateway[];
  let ticket: string;
  let sessions: readonly WatchedClient[];

  beforeEach(async () => {
    opened = new AsyncDisposableStack();
    road = opened.use(await startRoad());
    const others = [await another(), await another()];
    replicas = [road.gateway, ...others];
    const url = new URL(await road.urlFor({ name: "alice" }));
    ticket = decodeURIComponent(url.username);
    sessions = await Promise.all(
      replicas.map(async (replica) => {
        url.port = String(portOf(replica));
        return opened.use(await connectWatched(url.href));
      }),
    );
  });
  afterEach(() => opened.disposeAsync());

  async function another(): Promise<Gateway> {
    const replica = opened.use(await startGateway(road.options));
    const allow = [`127.0.0.1:${road.server.port}`];
    const agent = opened.use(startTestAgent(replica.tunnelPort ?? 0, road.certificates, allow, [pg], road.log));
    await agent.online;
    await until(() => replica.tunnels.tunnels.length > 0);
    return replica;
  }

  it("ends the sessions of a ticket that was revoked, wherever they are", async () => {
    await road.revokeTicket(ticket);
    for (const { ended } of sessions) expect(await ended).toMatchObject(ACCESS_ENDED);
  });

  it("ends the sessions of a principal who was revoked, wherever they are", async () => {
    await replicas[1]?.store.principals.revoke("alice", testActor);
    for (const { ended } of sessions) expect(await ended).toMatchObject(ACCESS_ENDED);
  });

  it("ends the tunnels of an agent that was taken out, and what ran over them", async () => {
    const running = sessions.map(({ client }) => failureOf(client.query("SELECT pg_sleep(600)")));
    await road.removeDocument("1.json");
    for (const failure of await Promise.all(running)) expect(failure.code).toBe("08006");
    for (const replica of replicas) await until(() => replica.tunnels.tunnels.length === 0);
  });

  it("decides the next statement of every session by the policy that was applied", async () => {
    await road.putDocument("2.json", { ...everything, rules: [{ allow: ["session"] }] });
    const { version } = road.gateway.store.snapshot();
    for (const [index, { client }] of sessions.entries()) {
      await until(() => replicas[index]?.store.snapshot().version === version);
      expect(await failureOf(client.query("SELECT 1"))).toMatchObject(NOT_ALLOWED);
    }
  });

  it("is let in with a ticket that was minted at another a moment ago, and not with one that was revoked there", async () => {
    const [first, second] = replicas;
    for (let turn = 0; turn < 20; turn++) {
      const at = new URL(await road.urlFor({ name: "alice" }));
      const name = decodeURIComponent(at.username);
      at.port = String(second === undefined ? 0 : portOf(second));
      const { client } = await connectWatched(at.href);
      await client.end();
      await first?.store.tickets.revoke(name, testActor);
      expect(await failureOf(connectWatched(at.href))).toMatchObject({ code: "28P01" });
    }
  });

  it("is where an agent is online, which every replica can tell", async () => {
    const [, other] = replicas;
    const seen = async (): Promise<number> => (await other?.store.agentPresence.list())?.length ?? 0;
    await until(async () => (await seen()) === replicas.length);
    const present = await other?.store.agentPresence.list();
    expect(new Set(present?.map(({ agent }) => agent))).toEqual(new Set(["test-agent"]));
    expect(new Set(present?.map(({ replica }) => replica)).size).toBe(replicas.length);
  });

  it("is a session that is ended by its number, at whatever replica it is", async () => {
    const { store } = road.gateway;
    let noted: readonly SessionRow[] = [];
    // they are noted behind their logins
    await until(async () => (noted = await listed(store)).length === replicas.length);
    expect(new Set(noted.map(({ replica }) => replica)).size).toBe(replicas.length);
    const there = noted.find(({ replica }) => replica !== store.replicas.own)?.id ?? "";
    await askToEndSession(store.control, there);
    expect(await Promise.race(sessions.map(({ ended }) => ended))).toMatchObject(ACCESS_ENDED);
    const live = (): readonly string[] => replicas.flatMap((replica) => replica.sessions.all().map(({ id }) => id));
    await until(() => !live().includes(there));
    expect(live()).toHaveLength(replicas.length - 1);
  });
});

async function listed({ sessions }: StateStore): Promise<readonly SessionRow[]> {
  return (await sessions.list({ open: true }, { limit: 10 })).items;
}

function portOf({ listeners }: Gateway): number {
  return listeners[0]?.port ?? 0;
}
