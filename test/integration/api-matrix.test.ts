import { makeKey, makeRequest } from "@sallyport/agent/enrolment/certificate-request";
import { pg } from "@sallyport/protocol-pg/adapter";
import { signToken, startIdentityProvider } from "@sallyport/gateway/login/testing/local-identity-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiRig, type ApiRig, type CallerRole } from "../support/api-rig.ts";

/** Who may use a route, from the least: each includes those behind it, but for an approver, who is no administrator. */
type Least = "public" | "self" | "viewer" | "admin" | "enrolment";

interface Row {
  readonly least: Least;
  /** A path that the route matches. */
  readonly path: string;
  readonly body?: unknown;
}

const csr = { csr: makeRequest(await makeKey(), "edge-1") };
const connection = {
  connection: "shop",
  protocol: "pg",
  agentGroup: "vpc-1",
  server: { host: "db.internal", port: 5432 },
  credential: { user: "app" },
};
const provider = { identityProvider: "nobody", issuer: "https://login.example.com", audience: "sallyport" };
const policy = { policy: "nobody", who: { principals: ["nobody"] }, rules: [{ allow: ["read"] }] };

/** Every route there is. One that is missing here fails the test below: whoever adds a route says here who may use it. */
const rows: Readonly<Record<string, Row>> = {
  "GET /healthz": { least: "public", path: "/healthz" },
  "GET /readyz": { least: "public", path: "/readyz" },
  "GET /metrics": { least: "public", path: "/metrics" },
  "GET /v1/openapi.json": { least: "public", path: "/v1/openapi.json" },
  "GET /v1/login-options": { least: "public", path: "/v1/login-options" },
  "GET /v1/me": { least: "self", path: "/v1/me" },
  "GET /v1/me/connections": { least: "self", path: "/v1/me/connections" },
  "GET /v1/connections": { least: "viewer", path: "/v1/connections" },
  "GET /v1/connections/:name": { least: "viewer", path: "/v1/connections/shop" },
  "GET /v1/connections/:name/versions": { least: "viewer", path: "/v1/connections/shop/versions" },
  "PUT /v1/connections/:name": { least: "admin", path: "/v1/connections/shop", body: connection },
  "DELETE /v1/connections/:name": { least: "admin", path: "/v1/connections/nothing" },
  "GET /v1/identity-providers": { least: "viewer", path: "/v1/identity-providers" },
  "GET /v1/identity-providers/:name": { least: "viewer", path: "/v1/identity-providers/local" },
  "GET /v1/identity-providers/:name/versions": { least: "viewer", path: "/v1/identity-providers/local/versions" },
  "PUT /v1/identity-providers/:name": { least: "admin", path: "/v1/identity-providers/nobody", body: provider },
  "DELETE /v1/identity-providers/:name": { least: "admin", path: "/v1/identity-providers/nothing" },
  "GET /v1/policies": { least: "viewer", path: "/v1/policies" },
  "GET /v1/policies/:name": { least: "viewer", path: "/v1/policies/engineers" },
  "GET /v1/policies/:name/versions": { least: "viewer", path: "/v1/policies/engineers/versions" },
  "PUT /v1/policies/:name": { least: "admin", path: "/v1/policies/nobody", body: policy },
  "DELETE /v1/policies/:name": { least: "admin", path: "/v1/policies/nothing" },
  "POST /v1/policies/explain": {
    least: "viewer",
    path: "/v1/policies/explain",
    body: { principal: { name: "alice" }, connection: "shop", statement: "select 1" },
  },
  "POST /v1/apply": { least: "admin", path: "/v1/apply", body: { documents: [], dryRun: true } },
  "GET /v1/agents": { least: "viewer", path: "/v1/agents" },
  "GET /v1/agents/:name": { least: "viewer", path: "/v1/agents/nothing" },
  "DELETE /v1/agents/:name": { least: "admin", path: "/v1/agents/nothing" },
  "GET /v1/agent-groups": { least: "viewer", path: "/v1/agent-groups" },
  "GET /v1/enrolment-tokens": { least: "viewer", path: "/v1/enrolment-tokens" },
  "POST /v1/enrolment-tokens": { least: "admin", path: "/v1/enrolment-tokens", body: { group: "vpc-1" } },
  "DELETE /v1/enrolment-tokens/:id": { least: "admin", path: "/v1/enrolment-tokens/nothing" },
  "POST /v1/agents/enrol": { least: "enrolment", path: "/v1/agents/enrol", body: csr },
  "GET /v1/tickets": { least: "self", path: "/v1/tickets" },
  "POST /v1/tickets": { least: "self", path: "/v1/tickets", body: { connection: "nowhere" } },
  "DELETE /v1/tickets/:name": { least: "self", path: "/v1/tickets/nothing~abcdef" },
  "GET /v1/sessions": { least: "self", path: "/v1/sessions" },
  "GET /v1/sessions/:id": { least: "self", path: "/v1/sessions/nothing" },
  "DELETE /v1/sessions/:id": { least: "self", path: "/v1/sessions/nothing" },
  "GET /v1/sessions/:id/events": { least: "self", path: "/v1/sessions/nothing/events" },
  "GET /v1/principals": { least: "viewer", path: "/v1/principals" },
  "GET /v1/principals/:name": { least: "viewer", path: "/v1/principals/nothing" },
  "PUT /v1/principals/:name/revoked": { least: "admin", path: "/v1/principals/nobody/revoked" },
  "DELETE /v1/principals/:name/revoked": { least: "admin", path: "/v1/principals/nobody/revoked" },
  "GET /v1/credentials": { least: "viewer", path: "/v1/credentials" },
  "PUT /v1/credentials/:name": { least: "admin", path: "/v1/credentials/nothing", body: { secret: "s" } },
  "DELETE /v1/credentials/:name": { least: "admin", path: "/v1/credentials/nothing" },
  "GET /v1/audit": { least: "viewer", path: "/v1/audit" },
};

const roles: readonly CallerRole[] = ["self", "viewer", "approver", "admin"];

/** What each role may use besides what its own name says. */
const mayUse: Readonly<Record<CallerRole, readonly Least[]>> = {
  self: ["public", "self"],
  viewer: ["public", "self", "viewer"],
  approver: ["public", "self", "viewer"],
  admin: ["public", "self", "viewer", "admin"],
};

let rig: ApiRig;
let strangers: ReadonlyMap<string, string | undefined>;

beforeAll(async () => {
  rig = await startApiRig([pg], {
    requestsPerAddress: 100_000,
    refusedPerAddress: 100_000,
    requestsPerPrincipal: 100_000,
  });
  const other = await startIdentityProvider();
  const claims = { sub: "admin", groups: ["admins"] };
  const hourAgo = Date.now() - 3_600_000;
  strangers = new Map([
    ["no token", undefined],
    ["an expired token", await rig.token("admin", { now: hourAgo })],
    ["a token of another tenant's issuer", await signToken(other, { claims })],
    [
      "a token that claims our issuer, signed by another",
      await signToken(other, { claims: { ...claims, iss: rig.provider.issuer } }),
    ],
    ["a token for another audience", await rig.token("admin", { claims: { aud: "another-product" } })],
    ["no JWT at all", "spa_eyJ0IjoieCJ9"],
  ]);
  await other.stop();
});
afterAll(() => rig[Symbol.asyncDispose]());

describe("every route", () => {
  it("has a row in the table of this test, and no row is of a route that is gone", () => {
    const there = rig.gateway.api?.routes.map(({ method, url }) => `${method} ${url}`) ?? [];
    expect(there.length).toBeGreaterThan(40);
    expect(there.toSorted()).toEqual(Object.keys(rows).toSorted());
  });

  it.each(Object.entries(rows))("%s", async (route, { least, path, body }) => {
    const [method = ""] = route.split(" ");
    for (const [who, token] of strangers) {
      const { status, body: problem } = await rig.ask(path, { method, token, body });
      if (least === "public") expect.soft(status, who).toBe(200);
      else if (least === "enrolment") expect.soft(status, who).toBe(401);
      else expect.soft([status, problem["code"]], who).toEqual([401, "api/unauthenticated"]);
    }
    for (const role of roles) {
      const { status, body: problem } = await rig.ask(path, { method, token: await rig.token(role), body });
      if (least === "enrolment") expect.soft(status, role).toBe(401);
      else if (mayUse[role].includes(least)) expect.soft([401, 500], role).not.toContain(status);
      else expect.soft([status, problem["code"]], role).toEqual([403, "api/forbidden"]);
      if (least !== "enrolment" && mayUse[role].includes(least))
        expect.soft(problem["code"], role).not.toBe("api/forbidden");
    }
    const local = await rig.askLocal(path, { method, body });
    if (least !== "enrolment") expect.soft([401, 403, 500], "local").not.toContain(local.status);
  });

  it("refuses before it looks at the body", async () => {
    const { status } = await rig.ask("/v1/apply", { method: "POST", body: "{", token: await rig.token("viewer") });
    expect(status).toBe(403);
  });
});
