import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeKey, makeRequest } from "@sallyport/agent/enrolment/certificate-request";
import { openEnrolledIdentity } from "@sallyport/agent/enrolment/enrolled-identity";
import { pg } from "@sallyport/protocol-pg/adapter";
import { decodeEnrolmentToken } from "@sallyport/shared/enrolment/enrolment-token";
import { Secret } from "@sallyport/shared/secret";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startApiRig, type ApiRig } from "../support/api-rig.ts";
import type { Answered, Asked } from "../support/ask-api.ts";

let rig: ApiRig;
let admin: string;
let viewer: string;
const csr = makeRequest(await makeKey(), "edge-2");

beforeAll(async () => {
  rig = await startApiRig([pg]);
  [admin, viewer] = await Promise.all([rig.token("admin"), rig.token("viewer")]);
});
afterAll(() => rig[Symbol.asyncDispose]());

const ask = (path: string, asked: Asked = {}): Promise<Answered> => rig.ask(path, { token: admin, ...asked });

/** Everything that is kept, logged or told by the API. */
async function everywhere(): Promise<string> {
  const tables = await rig.database.query("select tablename from pg_tables where schemaname = 'sallyport'");
  const names = tables.map(({ tablename }) => String(tablename));
  const kept = await Promise.all(
    names.map((name) => rig.database.query(`select t::text as row from sallyport.${name} t`)),
  );
  const lists = ["audit", "credentials", "enrolment-tokens", "agents", "connections"].map((path) =>
    ask(`/v1/${path}?limit=200`),
  );
  const told = await Promise.all(lists);
  return JSON.stringify([kept, rig.log.lines, told.map(({ text }) => text)]);
}

describe("credentials", () => {
  it("go in, are listed without their secrets, and never come out", async () => {
    const secret = "canary-5f0c0e1b";
    const path = "/v1/credentials/reports";
    const put = await ask(path, { method: "PUT", body: { secret, connection: "shop" } });
    expect([put.status, put.body]).toMatchObject([200, { name: "reports", connection: "shop", createdBy: "admin" }]);
    expect((await ask("/v1/credentials", { token: viewer })).body).toMatchObject({ items: [{ name: "reports" }] });
    expect((await ask(path)).status).toBe(405);
    const wrong = await ask(path, { method: "PUT", body: { secret, surprise: secret } });
    expect([wrong.status, wrong.text.includes(secret)]).toEqual([400, false]);
    expect(await everywhere()).not.toContain(secret);
    expect((await ask(path, { method: "DELETE" })).status).toBe(204);
    expect((await ask(path, { method: "DELETE" })).status).toBe(404);
    expect((await ask("/v1/audit?kind=credential")).body).toMatchObject({
      items: [{ action: "deleted" }, { action: "created" }],
    });
  });
});

describe("enrolment", () => {
  const mint = (more: Asked = {}): Promise<Answered> =>
    ask("/v1/enrolment-tokens", { method: "POST", body: { group: "vpc-1" }, ...more });

  it("lets one agent in by a token, over the real API, and its revocation keeps it out", async () => {
    const key = { headers: { "idempotency-key": "enrol-1" } };
    const minted = await mint(key);
    expect([minted.status, minted.body]).toMatchObject([201, { group: "vpc-1" }]);
    const token = String(minted.body["token"]);
    const again = await mint(key);
    expect([again.body["id"], again.body["token"]]).toEqual([minted.body["id"], undefined]);

    const state = await mkdtemp(join(tmpdir(), "sallyport-agent-"));
    const signal = AbortSignal.timeout(20_000);
    await using identity = await openEnrolledIdentity({
      state,
      token: new Secret(token),
      name: "edge-1",
      log: rig.log,
      signal,
    });
    expect([identity.agent, identity.group]).toEqual(["edge-1", "vpc-1"]);
    const { secret } = decodeEnrolmentToken(new Secret(token));
    const text = await everywhere();
    expect(text).not.toContain(token);
    expect(text).not.toContain(secret.reveal());

    expect((await ask("/v1/agents/edge-1", { token: viewer })).body).toMatchObject({ source: "enrolled", online: [] });
    expect((await ask("/v1/enrolment-tokens", { token: viewer })).body).toMatchObject({
      items: [{ usedBy: "edge-1" }],
    });
    const used = await rig.ask("/v1/agents/enrol", { method: "POST", token: secret.reveal(), body: { csr } });
    expect([used.status, used.body["code"]]).toEqual([401, "enrolment/token-used"]);
    expect((await ask("/v1/agents/edge-1", { method: "DELETE" })).status).toBe(204);
    expect((await ask("/v1/agents/edge-1", { method: "DELETE" })).body["code"]).toBe("store/conflict");
    expect((await ask("/v1/agents/edge-1")).body["revokedAt"]).toBeDefined();
    await rm(state, { recursive: true, force: true });
  });

  it("takes back a token that was not used", async () => {
    const { body } = await mint();
    const path = `/v1/enrolment-tokens/${String(body["id"])}`;
    expect((await ask(path, { method: "DELETE" })).status).toBe(204);
    expect((await ask(path, { method: "DELETE" })).status).toBe(404);
    const { secret } = decodeEnrolmentToken(new Secret(String(body["token"])));
    const refused = await rig.ask("/v1/agents/enrol", { method: "POST", token: secret.reveal(), body: { csr } });
    expect(refused.status).toBe(401);
  });

  it("holds up whoever guesses tokens", async () => {
    await using own = await startApiRig([pg], { refusedPerAddress: 3 });
    const guess = (): Promise<Answered> =>
      own.ask("/v1/agents/enrol", { method: "POST", token: "guess", body: { csr } });
    const statuses = [];
    for (let times = 0; times < 4; times += 1) statuses.push((await guess()).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
  });
});
