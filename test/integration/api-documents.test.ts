import { pg } from "@sallyport/protocol-pg/adapter";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiRig, type ApiRig } from "../support/api-rig.ts";
import type { Answered, Asked } from "../support/ask-api.ts";

let rig: ApiRig;
let admin: string;

const reports = {
  connection: "reports",
  protocol: "pg",
  agentGroup: "vpc-1",
  server: { host: "reports.internal", port: 5432 },
  credential: { user: "app", password: "env:REPORTS_PASSWORD" },
};

beforeAll(async () => {
  rig = await startApiRig([pg]);
  admin = await rig.token("admin");
});
afterAll(() => rig[Symbol.asyncDispose]());

const ask = (path: string, asked: Asked = {}): Promise<Answered> => rig.ask(path, { token: admin, ...asked });
const put = (path: string, body: unknown, headers: Asked["headers"] = {}): Promise<Answered> =>
  ask(path, { method: "PUT", body, headers });

describe("documents", () => {
  it("are made, changed under a condition, and deleted, and their forms stay", async () => {
    const path = "/v1/connections/reports";
    const made = await put(path, reports, { "if-none-match": "*" });
    expect([made.status, made.body]).toMatchObject([201, { name: "reports", author: "admin", document: reports }]);
    const { etag = "" } = made.headers;
    expect(rig.gateway.store.snapshot().connections.get("reports")?.server.tls).toBe("verify-full");
    const again = await put(path, reports, { "if-none-match": "*" });
    expect([again.status, again.body["code"]]).toEqual([412, "api/changed"]);

    const changed = await put(path, { ...reports, database: "warehouse" }, { "if-match": etag });
    expect([changed.status, changed.body]).toMatchObject([200, { document: { database: "warehouse" } }]);
    const late = await put(path, reports, { "if-match": etag });
    expect([late.status, late.body["code"]]).toEqual([412, "api/changed"]);

    const tooEarly = await ask(path, { method: "DELETE", headers: { "if-match": etag } });
    expect(tooEarly.status).toBe(412);
    expect(await ask(path, { method: "DELETE" })).toMatchObject({ status: 204, text: "" });
    expect((await ask(path)).body).toMatchObject({ status: 404, code: "api/not-found" });
    const { body } = await ask(`${path}/versions`);
    expect(body).toMatchObject({
      items: [{ author: "admin" }, { document: { database: "warehouse" } }, { document: { connection: "reports" } }],
    });
    const audit = await ask("/v1/audit?kind=connection&name=reports");
    expect(audit.body).toMatchObject({
      items: [
        { action: "deleted", before: { database: "warehouse" } },
        { action: "changed", before: { connection: "reports" }, after: { database: "warehouse" } },
        { action: "created", actor: { name: "admin", kind: "human", requestId: made.headers["x-request-id"] } },
      ],
    });
  });

  it("say which field is wrong", async () => {
    const { status, headers, body } = await put("/v1/connections/reports", {
      ...reports,
      server: { host: "", port: "x" },
      surprise: true,
    });
    expect(status).toBe(400);
    expect(headers["content-type"]).toContain("application/problem+json");
    expect(body).toMatchObject({ type: "urn:sallyport:error:api/invalid", status: 400, code: "api/invalid" });
    const errors = body["errors"];
    expect(errors).toContainEqual({ in: "body", field: "server.host", message: "must not be empty." });
    expect(errors).toContainEqual(expect.objectContaining({ field: "server.port" }));
    expect(errors).toContainEqual(expect.objectContaining({ field: "surprise" }));
  });

  it("must be valid together, and named as their path is", async () => {
    const unknown = await put("/v1/connections/reports", { ...reports, protocol: "gopher" });
    expect([unknown.status, unknown.body["code"]]).toEqual([422, "store/invalid"]);
    expect(unknown.body["detail"]).toContain("gopher");
    const misnamed = await put("/v1/connections/other", reports);
    expect([misnamed.status, misnamed.body["code"]]).toEqual([400, "api/invalid"]);
  });

  it("are all made when many come at once", async () => {
    const names = Array.from({ length: 5 }, (_, index) => `many-${index}`);
    const made = await Promise.all(
      names.map((name) => put(`/v1/connections/${name}`, { ...reports, connection: name })),
    );
    expect(made.map(({ status }) => status)).toEqual(names.map(() => 201));
    const first = await ask("/v1/connections?limit=3");
    const { next } = first.body;
    expect(first.body["items"]).toHaveLength(3);
    const rest = await ask(`/v1/connections?limit=200&after=${String(next)}`);
    expect(JSON.stringify([first.body["items"], rest.body["items"]])).toMatch(/many-0.*many-4.*shop.*vault/s);
    await Promise.all(names.map((name) => ask(`/v1/connections/${name}`, { method: "DELETE" })));
  });
});

describe("POST /v1/apply", () => {
  const apply = (body: object, headers: Asked["headers"] = {}): Promise<Answered> =>
    ask("/v1/apply", { method: "POST", body, headers });

  it("shows the difference first, and carries it out as a whole", async () => {
    const planned = await apply({ documents: [reports], dryRun: true });
    expect(planned.body).toMatchObject({
      dryRun: true,
      changes: [{ kind: "connection", name: "reports", action: "create" }],
    });
    expect(JSON.stringify(planned.body["changes"])).toContain("+ connection: reports");
    expect((await ask("/v1/connections/reports")).status).toBe(404);
    const { revision } = planned.body;
    const half = await apply({ documents: [reports, { policy: "broken" }] });
    expect([half.status, half.body["code"]]).toEqual([422, "store/invalid"]);
    expect((await ask("/v1/connections/reports")).status).toBe(404);
    const applied = await apply({ documents: [reports], expectedRevision: revision });
    expect(applied).toMatchObject({ status: 200, body: { dryRun: false } });
    const late = await apply({ documents: [], expectedRevision: revision });
    expect([late.status, late.body["code"]]).toEqual([409, "store/conflict"]);
  });

  it("answers the same key once, whoever else comes with it", async () => {
    const key = { "idempotency-key": "apply-1" };
    const body = { documents: [{ ...reports, connection: "once" }] };
    const first = await apply(body, key);
    expect(first).toMatchObject({ status: 200, body: { changes: [{ name: "once" }] } });
    const second = await apply(body, key);
    expect([second.status, second.text, second.headers["idempotency-replayed"]]).toEqual([200, first.text, "true"]);
    const other = await apply({ documents: [] }, key);
    expect([other.status, other.body["code"]]).toEqual([422, "api/key-reused"]);
    const token = await rig.token("admin", { claims: { sub: "another" } });
    const stranger = await ask("/v1/apply", { method: "POST", body, headers: key, token });
    expect([stranger.status, stranger.body["changes"]]).toEqual([200, []]);
  });

  it("carries a key out once also when it comes many times at once", async () => {
    const body = { documents: [{ ...reports, connection: "raced" }] };
    const all = await Promise.all(Array.from({ length: 6 }, () => apply(body, { "idempotency-key": "race-1" })));
    expect(all.filter(({ status }) => status === 200).length).toBeGreaterThan(0);
    for (const { status, body: answer } of all)
      if (status !== 200) expect([status, answer["code"]]).toEqual([409, "api/key-running"]);
    const { body: audit } = await ask("/v1/audit?kind=connection&name=raced");
    expect(audit["items"]).toHaveLength(1);
  });

  it("lets a failed request come again with its key", async () => {
    const key = { "idempotency-key": "retry-1" };
    expect((await apply({ documents: [{ policy: "broken" }] }, key)).status).toBe(422);
    expect((await apply({ documents: [] }, key)).status).toBe(200);
  });
});
