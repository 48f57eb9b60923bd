import { pg } from "@sallyport/protocol-pg/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiRig, type ApiRig } from "../support/api-rig.ts";
import type { Answered, Asked } from "../support/ask-api.ts";
import { startServerLink } from "../support/server-link.ts";
import { databaseAt, openStateDatabase } from "../support/state-database.ts";
import { until } from "../support/until.ts";

let rig: ApiRig;
let self: string;
let admin: string;
let viewer: string;

beforeAll(async () => {
  rig = await startApiRig([pg]);
  [self, admin, viewer] = await Promise.all([rig.token("self"), rig.token("admin"), rig.token("viewer")]);
});
afterAll(() => rig[Symbol.asyncDispose]());

const mint = (token: string | undefined, body: object, more: Asked = {}): Promise<Answered> =>
  rig.ask("/v1/tickets", { method: "POST", token, body, ...more });

describe("/v1/me", () => {
  it("says who is asking, with what roles, and where that may go", async () => {
    expect((await rig.ask("/v1/me", { token: self })).body).toMatchObject({ name: "self", kind: "human", roles: [] });
    const { body } = await rig.ask("/v1/me", { token: admin });
    expect(body).toMatchObject({ roles: ["admin", "approver", "viewer"], identityProvider: "local" });
    expect((await rig.askLocal("/v1/me")).body).toEqual({
      name: "local",
      kind: "local",
      groups: [],
      roles: ["admin", "viewer"],
    });
    const port = rig.gateway.listeners[0]?.port;
    const reachable = { items: [{ name: "shop", protocol: "pg", database: "shopdb", ports: [port] }] };
    expect((await rig.ask("/v1/me/connections", { token: self })).body).toEqual(reachable);
    expect((await rig.ask("/v1/me/connections", { token: viewer })).body).toEqual({ items: [] });
  });
});

describe("tickets", () => {
  it("are minted for oneself where policy gives access, and nobody is told what else there is", async () => {
    const minted = await mint(self, { connection: "shop" });
    expect(minted).toMatchObject({ status: 201, body: { connection: "shop", protocol: "pg" } });
    const [reachable] = [(await rig.ask("/v1/me/connections", { token: self })).body["items"]].flat();
    expect(reachable).toMatchObject({ ports: minted.body["ports"] });
    expect(minted.body["name"]).toMatch(/^self~/);
    const lives = Date.parse(String(minted.body["expires"])) - Date.now();
    expect(lives).toBeGreaterThan(3_590_000);
    expect(lives).toBeLessThan(3_600_001);
    const closed = await mint(self, { connection: "vault" });
    const missing = await mint(self, { connection: "there-is-none" });
    expect([closed.status, closed.body["code"]]).toEqual([403, "login/no-access"]);
    expect([missing.status, missing.body["code"]]).toEqual([403, "login/no-access"]);
    expect((await mint(self, { connection: "shop", lifetimeSeconds: 13 * 3600 })).status).toBe(400);
    expect((await mint(self, { connection: "shop", lifetimeSeconds: -1 })).status).toBe(400);
    expect((await mint(self, { connection: "shop", lifetimeSeconds: 31 * 86_400 })).status).toBe(400);
  });

  it("are minted for others by administrators alone, also under one's own name with other groups", async () => {
    const forOther = { connection: "vault", principal: { name: "bob", kind: "service", groups: ["ci"] } };
    for (const token of [self, viewer]) expect((await mint(token, forOther)).body["code"]).toBe("api/forbidden");
    const raised = { connection: "shop", principal: { name: "self", groups: ["admins"] } };
    expect((await mint(self, raised)).body["code"]).toBe("api/forbidden");
    expect((await mint(admin, forOther)).status).toBe(201);
    expect((await mint(undefined, forOther, { local: true })).status).toBe(201);
    expect((await mint(undefined, { connection: "shop" }, { local: true })).body["code"]).toBe("store/invalid");
    expect((await mint(admin, { connection: "vault", principal: { name: "never-seen" } })).status).toBe(422);
    expect((await mint(admin, { connection: "vault", principal: { name: "a~b", kind: "human" } })).status).toBe(422);
  });

  it("have a secret that is told once and kept nowhere", async () => {
    const key = { headers: { "idempotency-key": "ticket-1" } };
    const first = await mint(self, { connection: "shop" }, key);
    const secret = String(first.body["secret"]);
    expect(secret).toMatch(/^[\w-]{32}$/);
    const second = await mint(self, { connection: "shop" }, key);
    expect([second.status, second.body["name"], second.body["secret"]]).toEqual([201, first.body["name"], undefined]);
    const everywhere = [
      JSON.stringify(await rig.database.query("select * from sallyport.tickets")),
      JSON.stringify(await rig.database.query("select * from sallyport.audit")),
      JSON.stringify(await rig.database.query("select * from sallyport.idempotency_keys")),
      JSON.stringify(rig.log.lines),
      (await rig.ask("/v1/tickets", { token: admin })).text,
      (await rig.ask("/v1/audit", { token: admin })).text,
    ];
    for (const text of everywhere) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(self);
    }
    for (const text of everywhere.slice(1)) expect(text).not.toContain("storedKey");
  });

  it("of others look like none", async () => {
    const other = await rig.token("self", { claims: { sub: "other" } });
    const { body } = await mint(other, { connection: "shop" });
    const name = encodeURIComponent(String(body["name"]));
    const mine = await rig.ask("/v1/tickets", { token: self });
    expect(mine.text).not.toContain("other~");
    expect((await rig.ask("/v1/tickets?principal=other", { token: self })).status).toBe(403);
    const remove = (token: string, path = name): Promise<Answered> =>
      rig.ask(`/v1/tickets/${path}`, { method: "DELETE", token });
    const [theirs, none] = [await remove(self), await remove(self, "nobody~abcdef")];
    expect([theirs.status, none.status]).toEqual([404, 404]);
    expect({ ...theirs.body, requestId: "", detail: "" }).toEqual({ ...none.body, requestId: "", detail: "" });
    expect((await remove(viewer)).status).toBe(403);
    expect((await remove(other)).status).toBe(204);
    expect((await remove(admin)).status).toBe(409);
    expect((await rig.ask("/v1/tickets?principal=other&valid=true", { token: viewer })).body["items"]).toEqual([]);
  });
});

describe("a principal", () => {
  it("that was revoked is refused from the next request on, and let in again once restored", async () => {
    const token = await rig.token("admin", { claims: { sub: "mallory" } });
    const path = "/v1/principals/mallory/revoked";
    expect((await rig.ask("/v1/me", { token })).status).toBe(200);
    expect((await rig.ask(path, { method: "PUT", token: admin })).status).toBe(204);
    const refused = await rig.ask("/v1/me", { token });
    expect([refused.status, refused.body["code"]]).toEqual([403, "api/forbidden"]);
    const behalf = await rig.token("self", { claims: { sub: "bot", act: "mallory" } });
    expect((await rig.ask("/v1/me", { token: behalf })).status).toBe(200);
    expect((await rig.ask("/v1/principals?revoked=true", { token: viewer })).body).toMatchObject({
      items: [{ name: "mallory", revokedBy: "admin" }],
    });
    expect((await rig.ask(path, { method: "DELETE", token: admin })).status).toBe(204);
    expect((await rig.ask("/v1/me", { token })).status).toBe(200);
    expect((await rig.ask("/v1/audit?kind=principal", { token: viewer })).body).toMatchObject({
      items: [{ action: "restored", name: "mallory" }, { action: "revoked" }],
    });
  });
});

describe("operations", () => {
  it("tells of the process, of readiness, and counts without names", async () => {
    expect((await rig.ask("/healthz")).body).toEqual({ status: "ok" });
    expect((await rig.ask("/readyz")).body).toEqual({ ready: true, missing: [] });
    rig.gateway.readiness.add("draining", () => "sessions are being ended");
    expect(await rig.ask("/readyz")).toMatchObject({
      status: 503,
      body: { missing: ["draining: sessions are being ended"] },
    });
    rig.gateway.readiness.add("draining", () => undefined);
    const { text, headers } = await rig.ask("/metrics");
    expect(headers["content-type"]).toContain("text/plain");
    for (const name of [
      "sallyport_store_reachable 1",
      "nodejs_eventloop_lag_seconds",
      "process_cpu_user_seconds_total",
    ])
      expect(text).toContain(name);
    expect(text).toContain('route="/v1/tickets/:name"');
    expect(text).not.toMatch(/self~|mallory|shop/);
  });

  it("are refused, and say so, while the store is away", async () => {
    await using database = await openStateDatabase();
    const url = new URL(database.url.reveal());
    await using link = await startServerLink(Number(url.port));
    url.port = String(link.port);
    await using own = await startApiRig([pg], {}, databaseAt(url.href));
    const token = await own.token("viewer");
    expect((await own.ask("/v1/me", { token })).status).toBe(200);
    await link.close();
    link.cut();
    await until(async () => (await own.ask("/readyz")).status === 503);
    expect((await own.ask("/readyz")).body).toEqual({
      ready: false,
      missing: ["store: the gateway's database does not answer"],
    });
    const refused = await own.ask("/v1/me", { token });
    expect([refused.status, refused.body["code"], refused.headers["retry-after"]]).toEqual([
      503,
      "store/unavailable",
      "5",
    ]);
    expect((await own.askLocal("/v1/audit")).body["code"]).toBe("store/unavailable");
    expect((await own.ask("/healthz")).status).toBe(200);
    expect((await own.ask("/metrics")).text).toContain("sallyport_store_reachable 0");
  });
});
