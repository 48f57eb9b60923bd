import { X509Certificate } from "node:crypto";
import { chmod, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import { join } from "node:path";
import { issueCertificate, makeAuthority } from "@sallyport/cli/demo/certificates/issue";
import { decodeEnrolmentToken, encodeEnrolmentToken } from "@sallyport/shared/enrolment/enrolment-token";
import { Secret } from "@sallyport/shared/secret";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testActor } from "../support/apply-to-store.ts";
import { startEnrolmentRig, type EnrolmentRig } from "../support/enrolment-rig.ts";
import { memoryLog } from "../support/memory-log.ts";
import { openStateDatabase } from "../support/state-database.ts";
import { until } from "../support/until.ts";

let rig: EnrolmentRig;
beforeAll(async () => {
  rig = await startEnrolmentRig();
}, 60_000);
afterAll(() => rig[Symbol.asyncDispose]());

describe("an agent that enrols", () => {
  it("gets a certificate of its group, is online, and needs the token only once", async () => {
    const token = await rig.mint("vpc-1");
    const state = join(rig.folder, "once");
    {
      await using identity = await rig.enrol(token, { state, name: "db-1" });
      expect(identity).toMatchObject({ agent: "db-1", group: "vpc-1" });
      await using _agent = await rig.run(identity);
      await until(() => rig.gateway.tunnels.tunnels.some(({ agent, group }) => agent === "db-1" && group === "vpc-1"));
      const { certificate } = await identity.material();
      expect(new X509Certificate(certificate).subject).toBe("CN=db-1\nOU=vpc-1");
    }
    expect((await readdir(state)).toSorted()).toEqual(["identity.json"]);
    expect((await stat(join(state, "identity.json"))).mode & 0o777).toBe(0o600);
    expect((await stat(state)).mode & 0o777).toBe(0o700);
    const before = rig.requests.count;
    for (const again of [token, undefined, await rig.mint("vpc-2")]) {
      await using identity = await rig.enrol(again, { state });
      expect(identity).toMatchObject({ agent: "db-1", group: "vpc-1" });
    }
    expect(rig.requests.count).toBe(before);
  });

  it("is called after its host where it is not given a name", async () => {
    await using identity = await rig.enrol(await rig.mint());
    expect(identity.agent).toMatch(/^[a-z0-9][a-z0-9-]*-[0-9a-f]{6}$/);
  });

  it("is the same agent when it comes again because the answer was lost", async () => {
    const token = await rig.mint();
    const state = join(rig.folder, "lost");
    rig.answers.lost = true;
    const impatient = AbortSignal.timeout(300);
    await expect(rig.enrol(token, { state, signal: impatient })).rejects.toMatchObject({
      code: "enrolment/gateway-unreachable",
    });
    rig.answers.lost = false;
    await using identity = await rig.enrol(token, { state });
    const named = (await rig.gateway.store.agents.list()).filter(({ name }) => name === identity.agent);
    expect(named).toHaveLength(1);
    await using _agent = await rig.run(identity);
  });

  it("does not share its folder with another", async () => {
    const state = join(rig.folder, "shared");
    await using _identity = await rig.enrol(await rig.mint(), { state });
    await expect(rig.enrol(await rig.mint(), { state })).rejects.toMatchObject({ code: "enrolment/state-unusable" });
  });

  it("does not use a key that others can read, nor a file that it did not write", async () => {
    const state = join(rig.folder, "open");
    await (await rig.enrol(await rig.mint(), { state }))[Symbol.asyncDispose]();
    const file = join(state, "identity.json");
    await chmod(file, 0o644);
    await expect(rig.enrol(undefined, { state })).rejects.toThrow("chmod 600");
    await chmod(file, 0o600);
    await writeFile(file, (await readFile(file, "utf8")).slice(0, 100));
    await expect(rig.enrol(undefined, { state })).rejects.toMatchObject({ code: "enrolment/state-unusable" });
  });
});

describe("a token", () => {
  it("is used once, by whoever comes first of many", async () => {
    const token = await rig.mint();
    const came = await Promise.allSettled(Array.from({ length: 6 }, () => rig.enrol(token)));
    const enrolled = came.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(enrolled).toHaveLength(1);
    for (const each of came)
      if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "enrolment/token-used" });
    await enrolled[0]?.[Symbol.asyncDispose]();
  });

  it("expires", async () => {
    const token = await rig.mint("vpc-1", 1);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await expect(rig.enrol(token)).rejects.toMatchObject({ code: "enrolment/token-expired" });
  });

  it("can be taken back", async () => {
    const { enrolment, store } = rig.gateway;
    const minted = await enrolment?.mintToken({ group: "vpc-1" }, testActor);
    if (minted === undefined) throw new Error("no token");
    expect(await store.enrolmentTokens.revoke(minted.id, testActor)).toBe(true);
    await expect(rig.enrol(minted.token)).rejects.toMatchObject({ code: "enrolment/token-unknown" });
  });

  it("of another gateway opens nothing, even where its secret is sent here", async () => {
    const { url, fingerprint } = decodeEnrolmentToken(await rig.mint());
    const secret = new Secret(`0123456789ab.${"A".repeat(43)}`);
    await expect(rig.enrol(encodeEnrolmentToken({ url, fingerprint, secret }))).rejects.toMatchObject({
      code: "enrolment/token-unknown",
    });
  });

  it("that is none is not sent anywhere", async () => {
    const before = rig.requests.count;
    for (const text of ["", "spa_", "spa_AAAA", "hunter2", `spa_${"A".repeat(5000)}`])
      await expect(rig.enrol(new Secret(text))).rejects.toMatchObject({ code: "enrolment/token-unknown" });
    expect(rig.requests.count).toBe(before);
  });

  it("does not give a name that is another agent's, until that one is revoked", async () => {
    await using first = await rig.enrol(await rig.mint(), { name: "taken" });
    const token = await rig.mint();
    await expect(rig.enrol(token, { name: "taken" })).rejects.toThrow("an agent taken is there already");
    await expect(rig.enrol(token, { name: "local" })).rejects.toMatchObject({ code: "enrolment/request-refused" });
    await expect(rig.enrol(token, { name: "No Name" })).rejects.toMatchObject({ code: "enrolment/request-refused" });
    await rig.gateway.store.agents.revoke("taken", testActor);
    await using second = await rig.enrol(token, { name: "taken" });
    expect(second.agent).toBe(first.agent);
  });
});

describe("somebody in the middle", () => {
  it("is noticed before anything is sent", async () => {
    await expectNoticed((stranger) => stranger);
  });

  it("who shows the right authority without a certificate of it is noticed too", async () => {
    await expectNoticed(() => rig.gateway.trust.authority.certificate);
  });

  /** A stranger with a certificate of its own authority, and what it shows behind that. */
  async function expectNoticed(shown: (authority: string) => string): Promise<void> {
    const stranger = await makeAuthority("stranger", 1);
    const theirs = await issueCertificate(stranger, { name: "x", hosts: ["localhost"], usage: "server", days: 1 });
    const chain = theirs.certificate + shown(stranger.certificate);
    let received = 0;
    const server = createServer({ cert: chain, key: theirs.key }, () => {
      received += 1;
    });
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { fingerprint, secret } = decodeEnrolmentToken(await rig.mint());
    const token = encodeEnrolmentToken({ url: `https://localhost:${port}`, fingerprint, secret });
    await expect(rig.enrol(token)).rejects.toMatchObject({ code: "enrolment/wrong-gateway" });
    server.closeAllConnections();
    server.close();
    expect(received).toBe(0);
  }

  it("a gateway that cannot be reached is another matter: it is asked again", async () => {
    const { fingerprint, secret } = decodeEnrolmentToken(await rig.mint());
    const token = encodeEnrolmentToken({ url: "https://localhost:1", fingerprint, secret });
    const log = memoryLog();
    const asked = log.until("agent.not-enrolled").then(() => log.until("agent.not-enrolled"));
    const giveUp = new AbortController();
    const enrolling = rig.enrol(token, { log, signal: giveUp.signal });
    expect((await asked).fields).toMatchObject({ code: "enrolment/gateway-unreachable" });
    giveUp.abort();
    await expect(enrolling).rejects.toMatchObject({ code: "enrolment/gateway-unreachable" });
  });
});

describe("an agent that is revoked", () => {
  it("loses its tunnel within two seconds, and cannot come back", async () => {
    const log = memoryLog();
    await using identity = await rig.enrol(await rig.mint("vpc-r"), { name: "revoked-1" });
    await using _agent = await rig.run(identity, log);
    await until(() => rig.gateway.tunnels.tunnels.some(({ agent }) => agent === "revoked-1"));
    const refused = rig.log.until("tunnel.refused");
    const startedAt = performance.now();
    expect(await rig.gateway.store.agents.revoke("revoked-1", testActor)).toBe(true);
    await until(() => rig.gateway.tunnels.tunnels.every(({ agent }) => agent !== "revoked-1"));
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    await refused;
    await until(() => log.lines.some(({ fields }) => fields.code === "enrolment/revoked"));
  });
});

describe("replicas", () => {
  it("that start at once on a new store make one authority", async () => {
    await using database = await openStateDatabase();
    process.env["ENROLMENT_TEST_KEY"] = "ab".repeat(32);
    const config = { sealing: { keys: ["env:ENROLMENT_TEST_KEY"] } };
    const [one, two] = await Promise.all([
      startEnrolmentRig({ database, config }),
      startEnrolmentRig({ database, config }),
    ]);
    await using first = one;
    await using second = two;
    expect(first.gateway.trust.authority.fingerprint).toBe(second.gateway.trust.authority.fingerprint);
    const token = await first.mint();
    await using identity = await second.enrol(token);
    await using _agent = await first.run(identity);
  }, 60_000);

  it("without the key that the authority is sealed under do not start", async () => {
    await expect(startEnrolmentRig({ database: rig.database })).rejects.toMatchObject({ code: "sealing/not-opened" });
  });
});
