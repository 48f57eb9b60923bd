import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { Secret } from "@sallyport/shared/secret";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { applyToStore, testActor } from "../../../../../test/support/apply-to-store.ts";
import { memoryLog } from "../../../../../test/support/memory-log.ts";
import { openStateDatabase, type StateDatabase } from "../../../../../test/support/state-database.ts";
import { containing } from "../../../../../test/support/text-matchers.ts";
import { until } from "../../../../../test/support/until.ts";
import { mintTicket } from "../../tickets/mint-ticket.ts";
import { applyDocuments, type Applied } from "../apply/apply-documents.ts";
import { draftOfValues } from "../apply/draft-of-values.ts";
import type { OpenedSession } from "../doors/sessions.ts";
import type { StateStore } from "../state-store.ts";
import { openPostgresStore } from "./open-postgres-store.ts";

const BEAT = { everyMs: 50, deadAfterMs: 1_000 };
const policy = (name: string, groups = ["dba"]) => ({
  policy: name,
  who: { groups },
  where: { connections: ["*"] },
  rules: [{ allow: ["read"] }],
});

let database: StateDatabase;
let opened: AsyncDisposableStack;
let one: StateStore;
let other: StateStore;

beforeEach(async () => {
  opened = new AsyncDisposableStack();
  database = opened.use(await openStateDatabase());
  [one, other] = [await open(), await open()];
});

afterEach(() => opened.disposeAsync());

async function open(url = database.url): Promise<StateStore> {
  return opened.use(
    await openPostgresStore({ url, log: memoryLog(), protocols: ["pg"], staleMs: 1_000, heartbeat: BEAT }),
  );
}

/** Resolves to whether it came to hold within a second. */
async function withinASecond(holds: () => boolean): Promise<boolean> {
  const late = delay(1_000, true);
  let isLate = false;
  void late.then((is) => (isLate = is));
  await until(() => holds() || isLate);
  return holds();
}

const policiesOf = (store: StateStore) => store.snapshot().policies.map((document) => document.policy);

function apply(store: StateStore, values: readonly unknown[], more: object = {}): Promise<Applied> {
  const options = { protocols: ["pg"], actor: testActor, prune: false, dryRun: false, ...more };
  return applyDocuments(store.documents, draftOfValues(values), options);
}

describe("a change", () => {
  it("is seen by who made it at once, and by every other within a second", async () => {
    await applyToStore(one, [policy("a")], ["pg"]);
    expect(policiesOf(one)).toEqual(["a"]);
    expect(await withinASecond(() => policiesOf(other).includes("a"))).toBe(true);
    const { ticket } = await mintTicket({
      principal: { name: "bob", kind: "human", groups: [], claims: {} },
      connection: "shop",
      expires: new Date(Date.now() + 60_000),
    });
    await other.tickets.add(ticket, testActor);
    expect(await withinASecond(() => one.snapshot().tickets.has(ticket.name))).toBe(true);
    expect(one.snapshot().tickets.get(ticket.name)).toEqual(ticket);
    await one.tickets.revoke(ticket.name, testActor);
    await other.principals.revoke("bob", testActor);
    expect(await withinASecond(() => !other.snapshot().tickets.has(ticket.name))).toBe(true);
    expect(await withinASecond(() => one.snapshot().revokedPrincipals.has("bob"))).toBe(true);
  });

  it("leaves alone what it is not about: decisions made from the documents stand", async () => {
    await applyToStore(one, [policy("a")], ["pg"]);
    const before = one.snapshot();
    await one.principals.revoke("bob", testActor);
    const after = one.snapshot();
    expect(after.revokedPrincipals).not.toEqual(before.revokedPrincipals);
    expect([after.policies, after.version]).toEqual([before.policies, before.version]);
    expect(after.policies).toBe(before.policies);
  });

  it("tells listeners once, and not where nothing has changed", async () => {
    let told = 0;
    one.onChange(() => {
      told += 1;
    });
    await applyToStore(one, [policy("a")], ["pg"]);
    await applyToStore(one, [policy("a")], ["pg"]);
    expect(told).toBe(1);
  });

  it("is kept with who made it, and with what was before", async () => {
    await applyToStore(one, [policy("a")], ["pg"]);
    await applyToStore(one, [policy("a", ["ops"])], ["pg"]);
    await applyToStore(one, [], ["pg"]);
    const revisions = await one.documents.revisionsOf("policy", "a");
    expect(revisions.map(({ body, revision, author }) => [revision, author, body?.["who"]])).toEqual([
      [3, "test", undefined],
      [2, "test", { groups: ["ops"] }],
      [1, "test", { groups: ["dba"] }],
    ]);
    const { items } = await one.audit.list({ kind: "policy", name: "a" }, { limit: 10 });
    expect(items.map(({ action, actor }) => [action, actor.name, actor.kind])).toEqual([
      ["deleted", "test", "local"],
      ["changed", "test", "local"],
      ["created", "test", "local"],
    ]);
    expect(items[1]).toMatchObject({ before: { who: { groups: ["dba"] } }, after: { who: { groups: ["ops"] } } });
  });
});

describe("applying", () => {
  it("loses nothing where many do it at once", async () => {
    const names = Array.from({ length: 4 }, (_, index) => `p${index}`);
    const all = await Promise.all(names.map((name, index) => apply(index % 2 === 0 ? one : other, [policy(name)])));
    const revisions = all.map((applied) => (applied.kind === "applied" ? applied.revision : 0));
    expect(revisions.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    await until(() => policiesOf(one).length === names.length && policiesOf(other).length === names.length);
  });

  it("is all or nothing, and refuses what does not fit what is there", async () => {
    const agent = (name: string) => ({ agent: name, group: "eu", certificate: Array(32).fill("AB").join(":") });
    await apply(one, [agent("eu-1")]);
    expect(await apply(one, [policy("a"), agent("eu-2")])).toMatchObject({
      kind: "faulty",
      problems: [expect.stringContaining('the certificate of agent "eu-2" is also in the store\'s agent "eu-1"')],
    });
    expect(await apply(one, [policy("a"), { policy: "b" }])).toMatchObject({ kind: "faulty" });
    expect(policiesOf(one)).toEqual([]);
  });

  it("changes nothing of what was agreed to at another revision", async () => {
    await apply(one, [policy("a")]);
    await expect(apply(one, [policy("b")], { expectedRevision: 0 })).rejects.toMatchObject({ code: "store/conflict" });
    expect(policiesOf(one)).toEqual(["a"]);
  });

  it("shows what it would do, and does it only when told to", async () => {
    await apply(one, [policy("a"), policy("old")]);
    const dry = await apply(one, [policy("a", ["ops"]), policy("b")], { dryRun: true, prune: true });
    expect(dry).toMatchObject({ kind: "applied", revision: 1, plan: { extra: [{ kind: "policy", name: "old" }] } });
    const changes = dry.kind === "applied" ? dry.plan.changes : [];
    expect(changes.map(({ action, name }) => [action, name])).toEqual([
      ["change", "a"],
      ["create", "b"],
      ["delete", "old"],
    ]);
    expect(changes[0]?.difference).toEqual(expect.arrayContaining(["-     - dba", "+     - ops"]));
    expect(policiesOf(one)).toEqual(["a", "old"]);
    await apply(one, [policy("a")]);
    expect(policiesOf(one)).toEqual(["a", "old"]);
    await apply(one, [policy("a")], { prune: true });
    expect(policiesOf(one)).toEqual(["a"]);
  });

  it("warns of a rule that can never match", async () => {
    const idle = { ...policy("a"), rules: [{ deny: ["*"], because: "Nothing." }, { allow: ["read"] }] };
    const applied = await apply(one, [idle]);
    expect(applied.kind === "applied" ? applied.plan.warnings : []).toEqual([
      expect.stringMatching(/^documents\[0\]: policy "a": rules\[1\]/),
    ]);
  });
});

describe("an enrolment token", () => {
  const hash = randomBytes(32);
  const agent = (name: string) => ({
    name,
    group: "eu",
    fingerprint: `${name}-fingerprint`,
    serial: name,
    expires: new Date(Date.now() + 60_000),
  });

  beforeEach(() =>
    one.enrolmentTokens.add({ id: "t1", hash, group: "eu", expires: new Date(Date.now() + 60_000) }, testActor),
  );

  it("lets one agent in, however many come with it at once", async () => {
    const names = Array.from({ length: 12 }, (_, index) => `agent-${index}`);
    const enrolled = await Promise.all(
      names.map((name, index) =>
        (index % 2 === 0 ? one : other).enrolmentTokens.use(hash, async () => agent(name), "10.0.0.1"),
      ),
    );
    expect(enrolled.filter((each) => each !== undefined)).toHaveLength(1);
    expect(await one.agents.list()).toHaveLength(1);
    await until(() => one.snapshot().agents.length === 1 && other.snapshot().agents.length === 1);
    expect(await one.enrolmentTokens.list()).toMatchObject([{ id: "t1", usedBy: (await one.agents.list())[0]?.name }]);
  });

  it("is not used up by an enrolment that fails", async () => {
    const failing = one.enrolmentTokens.use(hash, () => Promise.reject(new Error("no certificate")), "10.0.0.1");
    await expect(failing).rejects.toThrow("no certificate");
    expect(await one.enrolmentTokens.use(hash, async () => agent("a"), "10.0.0.1")).toMatchObject({ name: "a" });
  });

  it("lets nobody in that was taken back", async () => {
    expect(await one.enrolmentTokens.revoke("t1", testActor)).toBe(true);
    expect(await other.enrolmentTokens.use(hash, async () => agent("a"), "10.0.0.1")).toBeUndefined();
  });

  it("lets an agent in that keeps its certificate before until the next renewal, and none that was revoked", async () => {
    await one.enrolmentTokens.use(hash, async () => agent("a"), "10.0.0.1");
    const fingerprints = () => one.snapshot().agents.map(({ certificate }) => certificate);
    await one.agents.renew("a", { ...agent("a"), fingerprint: "second" }, "a-fingerprint");
    expect(fingerprints()).toEqual(["second", "a-fingerprint"]);
    await one.agents.revoke("a", testActor);
    expect(fingerprints()).toEqual([]);
    expect(await one.agents.renew("a", { ...agent("a"), fingerprint: "third" }, "second")).toBe(false);
  });
});

describe("a session", () => {
  const session = (id: string): OpenedSession => ({
    id,
    principal: "alice",
    onBehalfOf: undefined,
    kind: "human",
    connection: "shop",
    database: "a\0b",
    protocol: "pg",
    address: "10.0.0.1",
    agent: "eu-1",
    openedAt: new Date(),
  });
  const find = (id: string) => other.sessions.find(id);

  it("is noted when it opens and when it ends, on every replica", async () => {
    one.sessions.opened(session("s1"));
    await until(async () => (await find("s1")) !== undefined);
    expect(await find("s1")).toMatchObject({ replica: one.replicas.own, database: "a\u{fffd}b", closedAt: undefined });
    one.sessions.closed("s1", "session/idle", 7);
    await until(async () => (await find("s1"))?.closedAt !== undefined);
    expect(await find("s1")).toMatchObject({ endCode: "session/idle", statements: 7 });
  });

  it("of a replica that is dead is closed by another", async () => {
    await database.query(
      "insert into sallyport.replicas (id, heartbeat_at) values ('dead', now() - interval '1 hour')",
    );
    await database.query(
      `insert into sallyport.sessions (id, replica, principal, kind, connection, protocol, address, opened_at)
       values ('s2', 'dead', 'alice', 'human', 'shop', 'pg', '10.0.0.1', now() - interval '2 hours')`,
    );
    await until(async () => (await find("s2"))?.closedAt !== undefined);
    expect(await find("s2")).toMatchObject({ endCode: "gateway/lost" });
    expect((await one.replicas.list()).map(({ id }) => id)).not.toContain("dead");
  });

  it("of a replica that was only taken for dead is open again", async () => {
    one.sessions.opened(session("s3"));
    await until(async () => (await find("s3")) !== undefined);
    // at once, as others do it
    await database.query(
      `begin; delete from sallyport.replicas where id = '${one.replicas.own}';
       update sallyport.sessions set closed_at = now(), end_code = 'gateway/lost'; commit`,
    );
    await until(async () => (await one.replicas.list()).some(({ id }) => id === one.replicas.own));
    await until(async () => (await find("s3"))?.closedAt === undefined);
    expect(await find("s3")).toMatchObject({ endCode: undefined });
  });

  it("of a replica that ends is closed with it", async () => {
    const third = await openPostgresStore({ url: database.url, log: memoryLog(), protocols: [], staleMs: 0 });
    third.sessions.opened(session("s4"));
    await third[Symbol.asyncDispose]();
    expect(await find("s4")).toMatchObject({ endCode: "gateway/lost" });
  });

  it("is found in pages, newest first", async () => {
    for (let index = 0; index < 5; index++) one.sessions.opened({ ...session(`p${index}`), openedAt: new Date(index) });
    await until(async () => (await find("p4")) !== undefined);
    const first = await one.sessions.list({ open: true }, { limit: 3 });
    const second = await one.sessions.list({ open: true }, { limit: 3, after: first.next });
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual(["p4", "p3", "p2", "p1", "p0"]);
    expect(second.next).toBeUndefined();
    await expect(one.sessions.list({}, { limit: 3, after: "x" })).rejects.toMatchObject({ code: "store/invalid" });
  });
});

describe("other doors", () => {
  it("note whoever was seen, and keep out who is revoked", async () => {
    const bob = { name: "bob", kind: "service", groups: ["ci"], claims: {} } as const;
    one.principals.seen(bob, "https://idp.example.com");
    await until(async () => (await other.principals.find("bob")) !== undefined);
    expect(await one.principals.revoke("bob", testActor)).toBe(true);
    expect(await one.principals.revoke("bob", testActor)).toBe(false);
    expect(await one.principals.find("bob")).toMatchObject({ kind: "service", groups: ["ci"], revokedBy: "test" });
    expect(await one.principals.restore("bob", testActor)).toBe(true);
    expect(one.snapshot().revokedPrincipals.size).toBe(0);
  });

  it("carry a request out once", async () => {
    const begin = (hash: string) => one.idempotencyKeys.begin("alice", "k", hash);
    expect(await begin("h")).toEqual({ kind: "new" });
    expect(await begin("h")).toEqual({ kind: "running" });
    await one.idempotencyKeys.finish("alice", "k", 201, { id: 1 });
    expect(await begin("h")).toEqual({ kind: "answered", status: 201, answer: { id: 1 } });
    expect(await begin("other")).toEqual({ kind: "mismatch" });
  });

  it("make one authority and one shared key, whoever asks first", async () => {
    let made = 0;
    const make = async () => ({ id: `ca-${++made}`, certificate: "pem", sealedKey: Buffer.from("x"), keyId: "k" });
    const all = await Promise.all([one, other, one, other].map((store) => store.authorities.ensure(make, testActor)));
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    const keys = await Promise.all([one, other].map((store) => store.sharedKeys.ensure("mock", 32)));
    expect(keys[0]).toEqual(keys[1]);
  });

  it("tell all replicas what one says", async () => {
    const heard: unknown[] = [];
    one.control.onMessage((message) => heard.push(message));
    other.control.onMessage((message) => heard.push(message));
    await one.control.send({ kill: "s1" });
    await until(() => heard.length === 2);
    expect(heard).toEqual([{ kill: "s1" }, { kill: "s1" }]);
  });

  it("keep sealed credentials, of which the audit knows only that they changed", async () => {
    const sealed = Buffer.from("sealed-canary");
    const first = await one.credentials.put({ name: "shop", connection: undefined, sealed, keyId: "k1" }, testActor);
    expect(await other.credentials.find("shop")).toEqual({ ...first, sealed });
    expect(await one.credentials.reseal("shop", 1, Buffer.from("again"), "k2", testActor)).toBe(true);
    expect(await one.credentials.reseal("shop", 1, Buffer.from("late"), "k2", testActor)).toBe(false);
    expect(await one.credentials.remove("shop", testActor)).toBe(true);
    const { items } = await one.audit.list({ kind: "credential" }, { limit: 10 });
    expect(items.map(({ action }) => action)).toEqual(["deleted", "resealed", "created"]);
    const rows = JSON.stringify(await database.query("select * from sallyport.audit"));
    expect(rows).not.toContain(sealed.toString("base64"));
    expect(rows).not.toContain("canary");
  });

  it("refuse a text that no column takes, and keep on", async () => {
    await expect(one.audit.write({ action: "x", kind: "y", name: "a\0b" }, testActor)).rejects.toMatchObject({
      code: "store/invalid",
    });
    await one.audit.write({ action: "x", kind: "y", name: "ab" }, testActor);
  });
});

describe("a database", () => {
  it("is given its tables by several replicas that start at once", async () => {
    await database.query("drop schema sallyport cascade");
    const stores = await Promise.all([open(), open(), open()]);
    await applyToStore(stores[0] ?? one, [policy("a")], ["pg"]);
    for (const store of stores) await until(() => policiesOf(store).length === 1);
  });

  it("of a newer version is left alone", async () => {
    await database.query("insert into sallyport.migrations (hash, made_at) values ('of tomorrow', 1)");
    await expect(open()).rejects.toMatchObject({ code: "store/invalid", message: containing("newer") });
    await database.query("delete from sallyport.migrations where hash = 'of tomorrow'");
  });

  it("whose password is wrong is said at once, without the password", async () => {
    const url = new URL(database.url.reveal());
    url.password = "wrong-canary";
    const failed = open(new Secret(url.href));
    await expect(failed).rejects.toMatchObject({ code: "store/unavailable" });
    await expect(failed).rejects.not.toThrow(/canary/);
  });

  it("in which a document was spoilt by hand allows nothing, until it is mended", async () => {
    await applyToStore(one, [policy("a")], ["pg"]);
    await database.query("update sallyport.documents set body = body - 'who'");
    const third = await open();
    expect(() => third.snapshot()).toThrow(expect.objectContaining({ code: "policy/unavailable" }));
    await apply(third, [policy("a")]);
    expect(policiesOf(third)).toEqual(["a"]);
  });

  it("in which a ticket was spoilt by hand lets nobody in by that ticket", async () => {
    await database.query(
      `insert into sallyport.tickets (name, principal, connection, expires, verifier, created_by, revision)
       values ('bob~abc123', '{}', 'shop', now() + interval '1 hour', '{}', 'x', 0)`,
    );
    expect((await open()).snapshot().tickets.size).toBe(0);
  });
});
