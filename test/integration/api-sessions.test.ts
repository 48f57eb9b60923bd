import { createInterface } from "node:readline";
import { join } from "node:path";
import { startGateway, type Gateway } from "@sallyport/gateway/gateway";
import { signToken } from "@sallyport/gateway/login/testing/local-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBench, startGatewayRig, type GatewayBench, type GatewayRig } from "../contract/gateway-rig.ts";
import { toyDriver } from "../contract/toy-driver.ts";
import { askApi, beginApi, type Answered, type ApiPlace, type Asked } from "../support/ask-api.ts";
import { until } from "../support/until.ts";

let bench: GatewayBench;
let rig: GatewayRig;
let place: ApiPlace;
let viewer: string;
let alice: string;

beforeAll(async () => {
  bench = await startBench(toyDriver);
  rig = await startGatewayRig(bench, { api: true });
  const { provider, road } = rig;
  const roles = { admin: ["admins"], viewer: ["viewers"] };
  await road.putDocument("provider.json", {
    identityProvider: "local",
    issuer: provider.issuer,
    audience: "sallyport",
    roles,
  });
  place = placeOf(road.gateway, bench.ca);
  viewer = await signToken(provider, { claims: { sub: "vera", groups: ["viewers"] } });
  alice = await signToken(provider);
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await bench[Symbol.asyncDispose]();
});

function placeOf({ api }: Gateway, ca: string): ApiPlace {
  return { port: api?.port ?? 0, socket: api?.socket ?? "", ca };
}

const ask = (path: string, asked: Asked = {}): Promise<Answered> => askApi(place, path, { token: viewer, ...asked });

/** The id of the one session that is open, once the store knows of it. */
async function openSession(token = viewer): Promise<string> {
  let id: string | undefined;
  await until(async () => {
    const { text } = await ask("/v1/sessions?open=true", { token });
    id = /"id":"([\w-]+)"/.exec(text)?.[1];
    return id !== undefined;
  });
  return id ?? "";
}

async function allOver(): Promise<void> {
  await rig.allGone();
  await until(async () => (await ask("/v1/sessions?open=true")).text === '{"items":[]}');
}

describe("sessions", () => {
  it("are listed while they live and after", async () => {
    const client = await rig.logIn();
    await client.ask("READ a");
    const id = await openSession();
    const { status, body } = await ask(`/v1/sessions/${id}`);
    expect([status, body]).toMatchObject([
      200,
      { principal: "bob", connection: "shop", protocol: "toy", kind: "human" },
    ]);
    expect((await ask("/metrics")).text).toContain('sallyport_sessions{protocol="toy"} 1');
    await client.quit();
    await allOver();
    const after = await ask(`/v1/sessions/${id}`);
    expect(after.body).toMatchObject({ statements: 1 });
    expect(after.body["closedAt"]).toBeDefined();
    const { text } = await ask("/metrics");
    expect(text).toContain('sallyport_sessions{protocol="toy"} 0');
    expect(text).toMatch(/sallyport_statements_total\{protocol="toy",verb="read",decision="allow"\} 1/);
    expect(text).toMatch(/sallyport_login_seconds_count\{protocol="toy"\} 1/);
    expect(text).toMatch(/sallyport_client_bytes_total\{protocol="toy",direction="in"\} [1-9]/);
    expect(text).toMatch(/sallyport_tunnels\{group="test-group"\} 1/);
    expect((await ask("/v1/agents")).body).toMatchObject({
      items: [{ name: "test-agent", source: "document", online: [{}] }],
    });
    expect((await ask("/v1/agent-groups")).body).toMatchObject({
      items: [{ name: "test-group", connections: ["shop"] }],
    });
    await rig.logIn({ secret: "wrong" }).catch(() => undefined);
    expect((await ask("/metrics")).text).toMatch(
      /sallyport_login_refusals_total\{protocol="toy",code="login\/failed"\} 1/,
    );
  });

  it("of others look like none, and so do their recordings", async () => {
    const client = await rig.logIn();
    const id = await openSession();
    for (const path of [`/v1/sessions/${id}`, `/v1/sessions/${id}/events`]) {
      const theirs = await ask(path, { token: alice });
      const none = await ask(path.replace(id, "no-such-session"), { token: alice });
      expect([theirs.status, none.status]).toEqual([404, 404]);
      expect({ ...theirs.body, requestId: "" }).toEqual({ ...none.body, requestId: "" });
    }
    expect((await ask(`/v1/sessions/${id}`, { method: "DELETE", token: alice })).status).toBe(404);
    expect((await ask(`/v1/sessions/${id}`, { method: "DELETE" })).status).toBe(403);
    expect((await ask("/v1/sessions?principal=bob", { token: alice })).status).toBe(403);
    expect((await ask("/v1/sessions", { token: alice })).body).toEqual({ items: [] });
    expect(rig.road.gateway.sessions.size).toBe(1);
    await client.quit();
    await allOver();
  });

  it("are one's own to look at and to end", async () => {
    const client = await rig.logIn(await rig.tokenLogin());
    const id = await openSession(alice);
    const ended = await ask(`/v1/sessions/${id}`, { method: "DELETE", token: alice });
    expect([ended.status, ended.body["endCode"]]).toEqual([200, "session/killed"]);
    expect(await client.lastWords()).toEqual([rig.native("session/killed")]);
    expect((await ask(`/v1/sessions/${id}/events?follow=false`, { token: alice })).text).toContain('"type":"closed"');
    await allOver();
  });

  it("are ended wherever they are, by another replica too", async () => {
    const { options } = rig.road;
    const api = {
      ...options.config.api,
      host: "127.0.0.1",
      port: 0,
      socket: join(options.config.recordings, "..", "b.sock"),
    };
    const config = {
      ...options.config,
      api: {
        metrics: "public" as const,
        requestsPerAddress: 1_000,
        refusedPerAddress: 60,
        requestsPerPrincipal: 600,
        ...api,
      },
    };
    await using other = await startGateway({ ...options, config });
    const client = await rig.logIn();
    const id = await openSession();
    const path = `/v1/sessions/${id}`;
    const ended = await askApi(placeOf(other, bench.ca), path, { method: "DELETE", local: true });
    expect([ended.status, ended.body]).toMatchObject([
      200,
      { endCode: "session/killed", replica: rig.road.gateway.store.replicas.own },
    ]);
    expect(await client.lastWords()).toEqual([rig.native("session/killed")]);
    const { body } = await ask("/v1/audit?kind=session");
    expect(body).toMatchObject({
      items: [{ action: "killed", name: id, actor: { name: "local", kind: "local" } }, {}],
    });
    await allOver();
  });
});

describe("a session's events", () => {
  it("are followed line by line until it ends", async () => {
    const client = await rig.logIn();
    const id = await openSession();
    const answer = await beginApi(place, `/v1/sessions/${id}/events`, { token: viewer });
    expect([answer.statusCode, answer.headers["content-type"]]).toEqual([200, "application/x-ndjson"]);
    const types: string[] = [];
    const lines = createInterface({ input: answer });
    lines.on("line", (line) => types.push(/"type":"(\w+)"/.exec(line)?.[1] ?? line));
    await until(() => types.includes("opened"));
    await client.ask("READ a");
    await until(() => types.includes("outcome"));
    const ended = new Promise((resolve) => lines.once("close", resolve));
    await client.quit();
    await ended;
    expect(types).toEqual(["opened", "statement", "outcome", "closed"]);
    const whole = await ask(`/v1/sessions/${id}/events`);
    expect(whole.text.trimEnd().split("\n")).toHaveLength(4);
    expect((await ask("/v1/audit?kind=recording")).body).toMatchObject({
      items: [{ action: "read", name: id, actor: { name: "vera" } }, {}],
    });
    await allOver();
  });

  it("go on for nobody who was revoked meanwhile", async () => {
    const client = await rig.logIn();
    const id = await openSession();
    const watcher = await signToken(rig.provider, { claims: { sub: "wanda", groups: ["viewers"] } });
    const answer = await beginApi(place, `/v1/sessions/${id}/events`, { token: watcher });
    answer.resume();
    const gone = new Promise((resolve) => answer.once("close", resolve));
    await ask("/v1/principals/wanda/revoked", { method: "PUT", local: true, token: undefined });
    await gone;
    expect(answer.complete).toBe(false);
    expect(rig.road.gateway.sessions.size).toBe(1);
    await client.quit();
    await allOver();
  });

  it("hold up nothing when their reader stops reading", async () => {
    const client = await rig.logIn();
    const id = await openSession();
    const answer = await beginApi(place, `/v1/sessions/${id}/events`, { token: viewer });
    answer.pause();
    for (let times = 0; times < 50; times += 1) await client.ask(`READ ${"x".repeat(1_000)}`);
    answer.destroy();
    const [answered] = await client.ask("READ still");
    expect(answered).toBeDefined();
    await client.quit();
    await allOver();
    const file = rig.recorded().at(-1);
    expect(file?.length).toBeGreaterThan(100);
  });
});
