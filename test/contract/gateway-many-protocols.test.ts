import { describe, expect, it } from "vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signToken, startIdentityProvider } from "@sallyport/gateway/login/testing/local-identity-provider";
import { agentDocument, GROUP, startProtocolRoad } from "../support/protocol-road.ts";
import { refusal } from "./gateway-login-contract.ts";
import { contractPolicy, startBench, type GatewayBench } from "./gateway-rig.ts";
import { mongoDriver } from "./mongo-driver.ts";
import { mysqlDriver } from "./mysql-driver.ts";
import { pgDriver } from "./pg-driver.ts";
import { toyDriver } from "./toy-driver.ts";

const drivers = [toyDriver, pgDriver, mysqlDriver, mongoDriver];

describe("a gateway with every protocol", () => {
  it("serves all at once, and reaches no connection through another's listener", async () => {
    await using opened = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), "sallyport-many-"));
    opened.defer(() => rm(folder, { recursive: true, force: true }));
    const benches: GatewayBench[] = [];
    for (const driver of drivers) benches.push(opened.use(await startBench(driver)));
    const provider = opened.use(await startIdentityProvider());
    const [first] = benches;
    if (first === undefined) throw new Error("there is no bench");
    const connections = benches.map(({ driver, server }) => ({
      connection: driver.adapter.id,
      protocol: driver.adapter.id,
      agentGroup: GROUP,
      server: { host: "127.0.0.1", port: server.port, tls: "disable" },
      database: server.database,
      credential: server.credential,
    }));
    const road = opened.use(
      await startProtocolRoad({
        folder,
        certificates: first.certificates,
        adapters: drivers.map(({ adapter }) => adapter),
        allow: benches.map(({ server }) => `127.0.0.1:${server.port}`),
        documents: {
          "agent.json": agentDocument(first.certificates),
          "provider.json": { identityProvider: "local", issuer: provider.issuer, audience: "sallyport" },
          "policy.json": contractPolicy,
          ...Object.fromEntries(connections.map((document) => [`${document.connection}.json`, document])),
        },
      }),
    );
    const secret = await signToken(provider);
    const clients = await Promise.all(
      drivers.map((driver) =>
        driver.logIn(road.portOf(driver.adapter.id), { user: "alice", database: driver.adapter.id, secret }),
      ),
    );
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all(
        clients.map((client, index) => client.ask(drivers[index]?.statements.read(`r${round}`) ?? "")),
      );
      expect(answers).toEqual(drivers.map(() => [{ kind: "result", value: `r${round}` }]));
    }
    for (const driver of drivers) {
      const { adapter } = driver;
      for (const { adapter: other } of drivers) {
        if (other === adapter) continue;
        const login = driver.logIn(road.portOf(adapter.id), { user: "alice", database: other.id, secret });
        expect(await refusal(login)).toBe(adapter.nativeErrors["login/no-access"]);
      }
    }
    for (const client of clients) client.end();
  });
});
