import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { everything, startRoad, type Road } from "../support/road.ts";
import { makeTunnelCertificates } from "../support/tunnel-certificates.ts";
import { containing } from "../support/text-matchers.ts";
import { until } from "../support/until.ts";
import { connectWatched, failureOf } from "../support/watched-client.ts";
import {
  receivedEvents,
  isSigned,
  startWebhookReceiver,
  type ReceivedEvent,
  type WebhookReceiver,
} from "../support/webhook-receiver.ts";

const SECRET = "canary-of-the-webhook";
const POLICY = "policy.json";
const LOGON = 300201;

const opened = new AsyncDisposableStack();
let road: Road;
let receiver: WebhookReceiver;
let all: string;
let changesOnly: string;

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), "sallyport-events-"));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const certificates = opened.use(await makeTunnelCertificates());
  receiver = opened.use(await startWebhookReceiver(certificates.gateway));
  const [secret, caFile] = [join(folder, "secret"), join(folder, "ca.crt")];
  await writeFile(secret, `${SECRET}\n`);
  await writeFile(caFile, certificates.ca);
  all = join(folder, "events.jsonl");
  changesOnly = join(folder, "changes.jsonl");
  road = opened.use(
    await startRoad({
      policies: [],
      events: {
        to: [
          { sink: "file", path: all },
          { sink: "file", path: changesOnly, classes: ["entity-management"] },
          { sink: "webhook", url: receiver.url, secret: `file:${secret}`, caFile },
        ],
      },
    }),
  );
  await road.putDocument(POLICY, everything);
});
afterAll(() => opened.disposeAsync());

async function eventsIn(file: string): Promise<readonly ReceivedEvent[]> {
  const text = await readFile(file, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  return receivedEvents.parse(lines.map((line): unknown => JSON.parse(line)));
}

/** What came of this, once as much as is expected has come everywhere; the same in all places that get everything. */
async function arrived(picks: (event: ReceivedEvent) => boolean, count = 1): Promise<readonly ReceivedEvent[]> {
  await until(async () => (await eventsIn(all)).filter(picks).length >= count);
  await until(() => receiver.events.filter(picks).length >= count);
  const found = (await eventsIn(all)).filter(picks);
  expect(receiver.events.filter(picks)).toEqual(found);
  expect(found).toHaveLength(count);
  return found;
}

function by(user: string): (event: ReceivedEvent) => boolean {
  return (event) => JSON.stringify([event["user"], event["actor"]]).includes(`"${user}"`);
}

describe("a gateway tells once in each place", () => {
  it("of a login, and of a refused one", async () => {
    const url = await road.urlFor({ name: "ada", kind: "ai-agent", groups: ["analysts"] });
    await using session = await connectWatched(url);
    await session.client.query("select 1");
    const isLogon = ({ type_uid }: ReceivedEvent): boolean => type_uid === LOGON;
    const [admitted] = await arrived((event) => isLogon(event) && by("ada")(event));
    expect(admitted).toMatchObject({
      class_uid: 3002,
      category_uid: 3,
      activity_id: 1,
      severity_id: 1,
      status: "Success",
      user: { name: "ada", type: "ai-agent", groups: [{ name: "analysts" }] },
      auth_protocol: "ticket",
      src_endpoint: { ip: containing("127.0.0.1") },
      service: { name: "shop" },
      metadata: { version: "1.6.0", product: { name: "Sallyport" } },
    });

    const wrong = new URL(url);
    wrong.username = "mallory";
    wrong.password = "canary-of-a-password";
    await failureOf(connectWatched(wrong.href));
    const [refused] = await arrived((event) => isLogon(event) && by("mallory")(event));
    expect(refused).toMatchObject({
      status: "Failure",
      severity_id: 3,
      status_code: "login/failed",
      user: { name: "mallory" },
      unmapped: { connection: "shop" },
    });
  });

  it("of a refused statement, without what is in it", async () => {
    const because = "Nobody reads the keys.";
    await road.putDocument(POLICY, {
      ...everything,
      rules: [{ allow: ["*"] }, { deny: ["delete"], because }],
    });
    await using session = await connectWatched(await road.urlFor({ name: "bob" }));
    const { client } = session;
    await failureOf(client.query("delete from orders where note = 'canary-of-a-statement'"));
    await failureOf(client.query("delete from orders where note = $1", ["canary-of-a-parameter"]));
    await failureOf(client.query("selekt 'canary-of-a-typo'"));
    await client.query("select 1");
    const found = await arrived(
      ({ class_uid, ...event }) => class_uid === 6005 && by("bob")({ class_uid, ...event }),
      3,
    );
    expect(found[0]).toMatchObject({
      category_uid: 6,
      type_uid: 600507,
      status: "Failure",
      status_code: "policy/denied",
      status_detail: because,
      action_id: 2,
      policy: { name: "everything", uid: "everything#2" },
      actor: { user: { name: "bob" } },
      database: { type: "pg" },
      unmapped: { verbs: ["delete"], connection: "shop" },
    });
    expect(found[2]).toMatchObject({
      status_code: "policy/unreadable",
      status_detail: "The statement could not be understood, so it was not run.",
    });
  });

  it("of an applied document, also where only changes are asked for", async () => {
    const isChange = ({ class_uid, entity }: ReceivedEvent): boolean =>
      class_uid === 3004 && JSON.stringify(entity).includes('"newcomers"');
    const newcomers = { ...everything, policy: "newcomers" };
    await road.putDocument("newcomers.json", newcomers);
    await road.putDocument("newcomers.json", { ...newcomers, who: { groups: ["new"] } });
    await road.removeDocument("newcomers.json");
    const found = await arrived(isChange, 3);
    expect(found).toMatchObject([
      { type_uid: 300401, entity: { type: "policy" }, entity_result: { data: { who: { principals: ["*"] } } } },
      {
        type_uid: 300403,
        entity: { data: { who: { principals: ["*"] } } },
        entity_result: { data: { who: { groups: ["new"] } } },
      },
      {
        type_uid: 300404,
        entity: { name: "newcomers", data: { who: { groups: ["new"] } } },
        actor: { user: { name: "test" } },
      },
    ]);
    const changes = await eventsIn(changesOnly);
    expect(changes.filter(isChange)).toEqual(found);
    expect(new Set(changes.map(({ class_uid }) => class_uid))).toEqual(new Set([3004]));
  });

  it("and goes on in a new file where one was moved away, on SIGHUP too", async () => {
    const before = (await eventsIn(all)).length;
    await rename(all, `${all}.1`);
    process.kill(process.pid, "SIGHUP");
    await road.putDocument("other.json", { ...everything, policy: "other" });
    await until(async () => (await eventsIn(all)).length === 1);
    expect(await eventsIn(`${all}.1`)).toHaveLength(before);
  });

  it("each under an id of its own, signed, and never a secret", async () => {
    const uids = receiver.events.map(({ metadata }) => metadata.uid);
    expect(new Set(uids).size).toBe(uids.length);
    for (const delivery of receiver.deliveries) {
      expect(isSigned(delivery, SECRET)).toBe(true);
      expect(delivery.body).not.toContain("canary");
    }
  });
});
