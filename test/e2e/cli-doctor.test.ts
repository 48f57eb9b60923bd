import { createServer } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeAuthority } from "@sallyport/cli/demo/certificates/issue";
import { freePort } from "@sallyport/cli/servers/free-port";
import { startPostgresServer } from "@sallyport/cli/servers/postgres-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { logIn } from "../support/cli-login.ts";
import { prepareControlPlane, type ControlPlane } from "../support/control-plane.ts";
import { connectionDocument, everything, startRoad } from "../support/road.ts";
import { startSallyport, type Ran } from "../support/sallyport.ts";
import { databaseAt } from "../support/state-database.ts";
import { CLUSTER_TEMPLATE } from "../support/state-server.ts";
import { until } from "../support/until.ts";

/** On a machine that runs other tests too. */
const START_MS = 180_000;

const report = z.object({
  ok: z.boolean(),
  stages: z.array(
    z.object({ stage: z.string(), state: z.string(), detail: z.string(), nextStep: z.string().optional() }),
  ),
});

let plane: ControlPlane;

beforeAll(async () => {
  plane = await prepareControlPlane();
  await plane.startGateway();
  await apply();
  await plane.startAgent();
  await Promise.all(["alice", "bob", "mallory"].map((name) => logIn(plane, name)));
}, START_MS);
afterAll(async () => {
  await plane[Symbol.asyncDispose]();
});

const apply = () => plane.run(["apply", "-f", plane.documents], { environment: plane.local });

/** What the doctor finds as somebody: the exit code, what was fine, and what was not. */
async function doctor(as: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return found(await plane.run(["doctor", ...args, "--json"], { as, environment }));
}

function found({ output, code }: Ran) {
  const { stages } = report.parse(JSON.parse(output));
  const fine = stages.filter(({ state }) => state === "ok").map(({ stage }) => stage);
  const failed = stages.find(({ state }) => state === "failed");
  return { code, fine, failed: failed?.stage, detail: failed?.detail ?? "", nextStep: failed?.nextStep ?? "" };
}

const toGateway = ["configuration", "name", "port", "certificate", "api", "readiness"];

describe("sallyport doctor", () => {
  it("finds nothing where all is well", async () => {
    expect(await doctor("alice", ["shop"])).toMatchObject({
      code: 0,
      fine: [...toGateway, "token", "login", "connection", "agents", "access", "ticket", "session", "query"],
      failed: undefined,
    });
    expect(await doctor("bob", ["shop"])).toMatchObject({ code: 0, failed: undefined });
    const local = await plane.run(["doctor", "shop", "--as", "bob"], { environment: plane.local });
    expect(local).toMatchObject({ code: 0 });
    expect(local.output).toMatch(/^✓ configuration .*\n(✓ .*\n)+✓ query +the database answered in \d+ ms\n$/);
  });

  it("names settings, name, port and certificate", async () => {
    expect(await doctor("nobody", [])).toMatchObject({ code: 3, failed: "configuration" });
    expect(await doctor("alice", ["--gateway", "elsewhere"])).toMatchObject({ code: 3, failed: "configuration" });
    expect(await doctor("alice", ["--gateway", "https://gateway.invalid:7443"])).toMatchObject({
      code: 5,
      fine: ["configuration"],
      failed: "name",
    });
    expect(await doctor("alice", ["--gateway", `https://localhost:${await freePort()}`])).toMatchObject({
      code: 5,
      fine: ["configuration", "name"],
      failed: "port",
    });
    const other = join(plane.folder, "other.crt");
    await writeFile(other, (await makeAuthority("other", 1)).certificate);
    expect(await doctor("alice", ["--ca", other])).toMatchObject({ code: 5, failed: "certificate" });
    const elsewhere = await doctor("alice", ["--gateway", `https://127.0.0.2:${plane.ports.api}`]);
    expect(["port", "certificate"]).toContain(elsewhere.failed);
  });

  it("tells a door for databases, and what speaks no TLS, from the API", async () => {
    const ca = ["--ca", plane.certificates.caFile];
    const database = await doctor("alice", ["--gateway", `https://localhost:${plane.ports.clients}`, ...ca]);
    expect(database).toMatchObject({ code: 5, failed: "api" });
    expect(database.nextStep).toContain("`api.port`");
    // who speaks TLS to it hangs up in whatever way
    const deaf = createServer((socket) => socket.on("error", () => undefined).end("nothing\n"));
    await new Promise<void>((listening) => deaf.listen(0, "127.0.0.1", listening));
    const address = deaf.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    expect(await doctor("alice", ["--gateway", `https://127.0.0.1:${port}`, ...ca])).toMatchObject({
      failed: "certificate",
    });
    deaf.close();
  });

  it("names login, connection and access", async () => {
    const wrongToken = await doctor("alice", ["shop"], { SALLYPORT_TOKEN: "a.b.c" });
    expect(wrongToken).toMatchObject({ code: 3, fine: [...toGateway, "token"], failed: "login" });
    expect(await doctor("nobody", ["--gateway", plane.url, "--ca", plane.certificates.caFile])).toMatchObject({
      code: 3,
      failed: "token",
    });
    expect(await doctor("alice", ["nowhere"])).toMatchObject({ code: 1, failed: "connection" });
    expect(await doctor("mallory", ["shop"])).toMatchObject({ code: 4, failed: "access" });
  });

  it("names a ticket that the gateway does not make", async () => {
    const forOther = await doctor("bob", ["shop", "--as", "alice"]);
    expect(forOther).toMatchObject({ code: 4, fine: [...toGateway, "token", "login"], failed: "ticket" });
    expect(forOther.nextStep).toContain("sallyport whoami shows your roles");
    const never = await doctor("alice", ["shop", "--as", "nobody-yet"]);
    expect(never).toMatchObject({ failed: "ticket" });
    expect(never.detail).toContain("nobody-yet");
    expect(never.nextStep).not.toBe("");
  });

  it("names a query that is refused, where everything before it is fine", async () => {
    const sessionsOnly = { ...everything, who: { groups: ["admins", "engineers"] }, rules: [{ allow: ["session"] }] };
    await plane.writeDocument("everything", sessionsOnly);
    await apply();
    const refused = await doctor("bob", ["shop"]);
    expect(refused).toMatchObject({
      code: 1,
      fine: [...toGateway, "token", "login", "access", "ticket", "session"],
      failed: "query",
    });
    expect(refused.detail).toContain("Policy does not allow this statement.");
    expect(refused.nextStep).toContain("allow: [read]");
    await plane.writeDocument("everything", { ...sessionsOnly, rules: everything.rules });
    await apply();
  });

  it("names an agent that is away, a database that is away, and one that it may not dial", async () => {
    await plane.writeDocument("shop", {
      ...(await connectionDocument(plane.folder, plane.server)),
      agentGroup: "empty",
    });
    await apply();
    expect(await doctor("alice", ["shop"])).toMatchObject({
      code: 5,
      failed: "agents",
      nextStep: "Enrol one beside the database: sallyport agents enroll --group empty",
    });
    // whoever has no role is told by the gateway itself
    const bob = await doctor("bob", ["shop"]);
    expect(bob).toMatchObject({ failed: "session" });
    expect(bob.detail).toContain("No agent for this connection is online.");
    const gone = await connectionDocument(plane.folder, plane.server);
    await plane.writeDocument("shop", { ...gone, server: { ...gone.server, port: await freePort() } });
    await apply();
    const refused = await doctor("alice", ["shop"]);
    expect(refused).toMatchObject({ failed: "session" });
    expect(refused.detail).toContain("The agent may not dial this connection's address.");
    await plane.writeDocument("shop", gone);
    await apply();
    await plane.server.stop();
    const away = await doctor("alice", ["shop"]);
    expect(away).toMatchObject({ failed: "session" });
    expect(away.detail).toContain("The database could not be reached.");
  });
});

describe("sallyport doctor, while the gateway's own database is away", () => {
  it("names readiness, which is fine again when the database is back", async () => {
    await using opened = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "sallyport-doctor-"));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    const port = await freePort();
    const start = () =>
      startPostgresServer({ folder: join(folder, "state"), template: CLUSTER_TEMPLATE, port, durable: false });
    let state = await start();
    opened.defer(() => state.stop());
    const road = opened.use(await startRoad({ api: true, database: databaseAt(state.url) }));
    const { readiness, api } = road.gateway;
    const look = (...more: string[]) =>
      startSallyport(["doctor", "--json", ...more], { HOME: folder, SALLYPORT_GATEWAY: `unix:${api?.socket ?? ""}` })
        .result;
    expect(found(await look())).toMatchObject({ code: 0, failed: undefined });
    await state.stop();
    await until(() => readiness.missing().length > 0);
    const away = found(await look());
    expect(away).toMatchObject({ code: 5, fine: ["configuration", "api"], failed: "readiness" });
    expect(away.detail).toMatch(/^The gateway takes no new sessions: .+\.$/);
    expect(away.nextStep).toContain("Its operator has to see to that");
    state = await start();
    expect(found(await look("--wait", "30s"))).toMatchObject({ code: 0, failed: undefined });
  });
});
