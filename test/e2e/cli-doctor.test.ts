import { createServer } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeAuthority } from "@sallyport/cli/demo/certificates/issue";
import { freePort } from "@sallyport/cli/servers/postgres-server";
import { connectionDocument } from "../support/road.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { logIn } from "../support/cli-login.ts";
import { prepareControlPlane, type ControlPlane } from "../support/control-plane.ts";

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
  const { output, code } = await plane.run(["doctor", ...args, "--json"], { as, environment });
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
