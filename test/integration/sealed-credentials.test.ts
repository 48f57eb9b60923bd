import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pg } from "@sallyport/protocol-pg/adapter";
import { Secret } from "@sallyport/shared/secret";
import pgClient from "pg";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { applyToStore, testActor } from "../support/apply-to-store.ts";
import { startEnrolmentRig, type EnrolmentRig } from "../support/enrolment-rig.ts";
import { memoryLog, type MemoryLog } from "../support/memory-log.ts";
import { everything } from "../support/protocol-road.ts";
import { openStateDatabase, type StateDatabase } from "../support/state-database.ts";
import { until } from "../support/until.ts";

const PASSWORD = "canary-of-a-sealed-password";
const ROLE = "sealed_app";

let database: StateDatabase;
let rig: EnrolmentRig;
const agentLog = memoryLog();
const opened = new AsyncDisposableStack();

beforeAll(async () => {
  database = opened.use(await openStateDatabase());
  await database.query(`drop role if exists ${ROLE}`);
  await database.query(`create role ${ROLE} login password '${PASSWORD}'`);
  process.env["SEALED_TEST_OLD"] = "aa".repeat(32);
  process.env["SEALED_TEST_NEW"] = "bb".repeat(32);
  rig = opened.use(await startRig(["env:SEALED_TEST_OLD"]));
  await rig.gateway.trust.credentials.put({ name: "shop", value: new Secret(PASSWORD) }, testActor);
  await applyToStore(rig.gateway.store, [everything, connectionWith("sealed:shop")], [pg.id]);
  await startAgentOf(rig, agentLog);
}, 60_000);
afterAll(() => opened.disposeAsync());

describe("a sealed credential", () => {
  it("is opened by the gateway for one login of the agent, and seen nowhere", async () => {
    expect(await userSeenBy(rig)).toBe(ROLE);
    await until(() => rig.gateway.tunnels.tunnels.some((tunnel) => tunnel.isHealthy("shop") === true));
    const logged = JSON.stringify([rig.log.lines, agentLog.lines]);
    expect(logged).not.toContain(PASSWORD);
    expect(await recordingsOf(rig)).not.toContain(PASSWORD);
    const rows = await database.query(
      "select (select json_agg(c) from sallyport.credentials c)::text || (select json_agg(a) from sallyport.audit a)::text as all",
    );
    expect(JSON.stringify(rows)).not.toContain(PASSWORD);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(PASSWORD).toString("hex"));
  });

  it("that is another connection's, or not there, opens no session", async () => {
    const { credentials } = rig.gateway.trust;
    await credentials.put({ name: "of-other", connection: "other", value: new Secret(PASSWORD) }, testActor);
    for (const name of ["of-other", "missing"]) {
      await applyToStore(rig.gateway.store, [everything, connectionWith(`sealed:${name}`)], [pg.id]);
      await expect(userSeenBy(rig)).rejects.toMatchObject({ code: "08004" });
    }
  });

  it("that somebody renamed or gave to another connection in the database does not open", async () => {
    const { credentials } = rig.gateway.trust;
    await credentials.put({ name: "admin", connection: "other", value: new Secret(PASSWORD) }, testActor);
    await database.query("update sallyport.credentials set connection = null where name = 'admin'");
    await applyToStore(rig.gateway.store, [everything, connectionWith("sealed:admin")], [pg.id]);
    await expect(userSeenBy(rig)).rejects.toMatchObject({ code: "58000" });
    await database.query("delete from sallyport.credentials where name = 'admin'");
    await applyToStore(rig.gateway.store, [everything, connectionWith("sealed:shop")], [pg.id]);
  });

  it("is sealed under the new key by a gateway that has both, and opens without the old one from then on", async () => {
    await using both = await startRig(["env:SEALED_TEST_NEW", "env:SEALED_TEST_OLD"]);
    await expect(startRig(["env:SEALED_TEST_OLD"])).rejects.toMatchObject({ code: "sealing/not-opened" });
    await using newer = await startRig(["env:SEALED_TEST_NEW"]);
    expect((await newer.gateway.trust.credentials.open("shop", "shop")).reveal()).toBe(PASSWORD);
    expect(newer.gateway.trust.authority.fingerprint).toBe(both.gateway.trust.authority.fingerprint);
    expect(newer.gateway.trust.authority.fingerprint).toBe(rig.gateway.trust.authority.fingerprint);
  }, 60_000);
});

function startRig(keys: readonly string[]): Promise<EnrolmentRig> {
  return startEnrolmentRig({ database, config: { sealing: { keys: [...keys] } } });
}

async function startAgentOf(started: EnrolmentRig, log: MemoryLog): Promise<void> {
  const identity = opened.use(await started.enrol(await started.mint("vpc-1")));
  opened.use(await started.run(identity, log));
}

function connectionWith(password: string): object {
  return {
    connection: "shop",
    protocol: pg.id,
    agentGroup: "vpc-1",
    server: { host: "127.0.0.1", port: Number(new URL(database.url.reveal()).port), tls: "disable" },
    database: "postgres",
    credential: { user: ROLE, password },
  };
}

/** Who the server thinks it is. */
async function userSeenBy({ gateway }: EnrolmentRig): Promise<unknown> {
  const expires = new Date(Date.now() + 600_000);
  const principal = { name: "bob", kind: "human" as const, groups: [], claims: {} };
  const { ticket, secret } = await mintTicket({ principal, connection: "shop", expires });
  await gateway.store.tickets.add(ticket, testActor);
  const port = gateway.listeners[0]?.port;
  const ssl = { ca: gateway.trust.authority.certificate };
  const client = new pgClient.Client({ host: "localhost", port, user: ticket.name, password: secret.reveal(), ssl });
  client.on("error", () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ current_user: string }>("select current_user");
    return rows[0]?.current_user;
  } finally {
    await client.end();
  }
}

async function recordingsOf({ folder }: EnrolmentRig): Promise<string> {
  const recordings = join(folder, "recordings");
  const names = await readdir(recordings, { recursive: true, withFileTypes: true });
  const texts = names
    .filter((entry) => entry.isFile())
    .map((entry) => readFile(join(entry.parentPath, entry.name), "utf8"));
  return (await Promise.all(texts)).join("");
}
