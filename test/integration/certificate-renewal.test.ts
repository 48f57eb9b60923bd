import { X509Certificate } from "node:crypto";
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { connect } from "node:tls";
import { makeKey, makeRequest } from "@sallyport/agent/enrolment/certificate-request";
import type { EnrolledIdentity } from "@sallyport/agent/enrolment/enrolled-identity";
import { pg } from "@sallyport/protocol-pg/adapter";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testActor } from "../support/apply-to-store.ts";
import { startEnrolmentRig, type EnrolmentRig } from "../support/enrolment-rig.ts";
import { memoryLog, type MemoryLog } from "../support/memory-log.ts";
import { until } from "../support/until.ts";

const never = new AbortController().signal;

/** Of a certificate in these tests. */
const LIFETIME_MS = 4_000;

let rig: EnrolmentRig;
beforeAll(async () => {
  rig = await startEnrolmentRig({ config: { enrolment: { certificateHours: LIFETIME_MS / 3_600_000 } } });
}, 60_000);
afterAll(() => rig[Symbol.asyncDispose]());

describe("an agent's certificate", () => {
  it("is renewed again and again over a tunnel that stays, with the session on it", async () => {
    const log = memoryLog();
    await using identity = await enrolled("stays", log);
    await using _agent = await rig.run(identity, log);
    const { stream } = await rig.gateway.tunnels.choose("stays").open(requestFor(), never);
    const seen = new Set<string>();
    await until(async () => seen.add(await fingerprintOf(identity)).size > 3);
    expect(log.lines.filter(({ event }) => event === "agent.renewed").length).toBeGreaterThanOrEqual(3);
    expect(log.lines.filter(({ event }) => event === "tunnel.closed")).toEqual([]);
    expect(rig.gateway.tunnels.tunnels.find(({ agent }) => agent === "stays")?.sessionCount).toBe(1);
    stream.destroy();
  }, 30_000);

  it("is good for the next tunnel", async () => {
    const log = memoryLog();
    const state = join(rig.folder, "next");
    {
      await using identity = await enrolled("next", log, state);
      const first = await fingerprintOf(identity);
      await using _agent = await rig.run(identity, log);
      await until(async () => (await fingerprintOf(identity)) !== first);
    }
    await using again = await rig.enrol(undefined, { state });
    await using _agent = await rig.run(again);
  }, 30_000);

  it("that was renewed in vain, as the agent died before it could keep the new one, is still good: twice in a row", async () => {
    const log = memoryLog();
    const state = join(rig.folder, "died");
    await (await enrolled("died", log, state))[Symbol.asyncDispose]();
    const file = join(state, "identity.json");
    const kept = join(rig.folder, "kept.json");
    await copyFile(file, kept);
    const held = new X509Certificate(certificateIn(await readFile(kept, "utf8"))).fingerprint256;
    for (let time = 0; time < 2; time += 1) {
      const csr = makeRequest(await makeKey());
      await rig.gateway.enrolment?.renew({ agent: "died", group: "died" }, { csr, held });
    }
    await copyFile(kept, file);
    await using identity = await rig.enrol(undefined, { state, log });
    await using _agent = await rig.run(identity, log);
    await until(() => log.lines.some(({ event }) => event === "agent.renewed"));
  }, 30_000);

  it("is not renewed for one that was revoked, for another group, or for one that never enrolled", async () => {
    await using identity = await enrolled("gone", memoryLog());
    const held = await fingerprintOf(identity);
    const request = { csr: makeRequest(await makeKey()), held };
    const { enrolment, store } = rig.gateway;
    await expect(enrolment?.renew({ agent: "gone", group: "other" }, request)).rejects.toThrow(/enrolment\/revoked/);
    await expect(enrolment?.renew({ agent: "nobody", group: "gone" }, request)).rejects.toThrow(/enrolment\/revoked/);
    await store.agents.revoke("gone", testActor);
    await expect(enrolment?.renew({ agent: "gone", group: "gone" }, request)).rejects.toThrow(/enrolment\/revoked/);
  });

  it("that has expired while the agent was away needs a new token, and says so", async () => {
    const state = join(rig.folder, "away");
    const token = await rig.mint("away");
    await (await rig.enrol(token, { state, name: "away" }))[Symbol.asyncDispose]();
    await new Promise((resolve) => setTimeout(resolve, LIFETIME_MS));
    await expect(rig.enrol(token, { state })).rejects.toMatchObject({ code: "enrolment/certificate-expired" });
    await expect(rig.enrol(undefined, { state })).rejects.toMatchObject({ code: "enrolment/certificate-expired" });
    await using identity = await rig.enrol(await rig.mint("away"), { state });
    await using _agent = await rig.run(identity);
  }, 30_000);

  it("of one group leads to no connection of another", async () => {
    await using identity = await enrolled("group-a", memoryLog());
    await using _agent = await rig.run(identity);
    await until(() => rig.gateway.tunnels.tunnels.some(({ group }) => group === "group-a"));
    expect(() => rig.gateway.tunnels.choose("group-b")).toThrow(/tunnel\/no-agent/);
  });
});

describe("two tunnels of one agent", () => {
  it("do not lock it out: the newest takes the place of a half-open one", async () => {
    const log = memoryLog();
    const state = join(rig.folder, "twice");
    await using identity = await enrolled("twice", log, state);
    await using old = await rig.run(identity, log);
    const before = rig.gateway.tunnels.tunnels.find(({ agent }) => agent === "twice");
    const superseded = rig.log.until("tunnel.superseded");
    // the first goes as soon as it has lost, or the two would take turns
    void superseded.then(() => old.stop());
    await using _new = await rig.run(identity);
    await superseded;
    await old.stop();
    await until(() => {
      const now = rig.gateway.tunnels.tunnels.find(({ agent }) => agent === "twice");
      return now !== undefined && now !== before;
    });
  });
});

describe("the gateway's own certificate", () => {
  it("is renewed while it runs: tunnels stay, and whoever comes then sees the new one", async () => {
    await using short = await startEnrolmentRig({ certificateTimes: { lifetimeMs: 1_500, lookEveryMs: 50 } });
    const log = memoryLog();
    await using identity = await short.enrol(await short.mint());
    await using _agent = await short.run(identity, log);
    const first = await shownBy(short);
    await short.log.until("certificate.renewed");
    await until(async () => (await shownBy(short)) !== first);
    await using second = await short.enrol(await short.mint());
    await using _other = await short.run(second);
    expect(log.lines.filter(({ event }) => event === "tunnel.closed")).toEqual([]);
  }, 30_000);
});

/** What the tunnel's server presents. */
async function shownBy({ gateway }: EnrolmentRig): Promise<string | undefined> {
  const socket = connect({
    port: gateway.tunnelPort ?? 0,
    servername: "localhost",
    ca: gateway.trust.authority.certificate,
    ALPNProtocols: ["h2"],
  });
  socket.on("error", () => undefined);
  await new Promise((resolve) => socket.once("secureConnect", resolve));
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

async function enrolled(group: string, log: MemoryLog, state?: string): Promise<EnrolledIdentity> {
  return rig.enrol(await rig.mint(group), { name: group, log, ...(state === undefined ? {} : { state }) });
}

async function fingerprintOf(identity: EnrolledIdentity): Promise<string> {
  return new X509Certificate((await identity.material()).certificate).fingerprint256;
}

function certificateIn(text: string): string {
  const value: unknown = JSON.parse(text);
  if (typeof value === "object" && value !== null && "certificate" in value && typeof value.certificate === "string")
    return value.certificate;
  throw new Error("no certificate");
}

/** A session on the gateway's own database server: any PostgreSQL will do. */
function requestFor(): OpenSession {
  const url = new URL(rig.database.url.reveal());
  process.env["RENEWAL_TEST_PASSWORD"] = decodeURIComponent(url.password);
  return {
    session: "renewed",
    protocol: pg.id,
    connection: "shop",
    server: { host: "127.0.0.1", port: Number(url.port), tls: "disable" },
    credential: { user: url.username, password: "env:RENEWAL_TEST_PASSWORD" },
    database: "postgres",
    principal: "alice",
    settings: {},
    options: {},
  };
}
