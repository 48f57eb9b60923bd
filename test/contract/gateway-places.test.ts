import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectScripted } from "../support/scripted-client.ts";
import { until } from "../support/until.ts";
import { refusal } from "./gateway-login-contract.ts";
import { contractPolicy, startBench, startGatewayRig, type GatewayBench, type GatewayRig } from "./gateway-rig.ts";
import { toyDriver } from "./toy-driver.ts";

let bench: GatewayBench;
beforeAll(async () => {
  bench = await startBench(toyDriver);
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Where a login got to, as the record has it. */
async function databaseOf(rig: GatewayRig, changes: Parameters<GatewayRig["logIn"]>[0]): Promise<string | undefined> {
  const client = await rig.logIn(changes);
  client.end();
  await rig.allGone();
  return rig.recorded().at(-1)?.[0]?.database;
}

describe("a ticket", () => {
  it("leads to its connection, and to the database that its client names there", async () => {
    await using rig = await startGatewayRig(bench);
    const { user } = rig.ticket;
    expect(await databaseOf(rig, { database: undefined })).toBe("shop");
    expect(await databaseOf(rig, { database: "stock" })).toBe("stock");
    expect(await databaseOf(rig, { database: "shop/stock" })).toBe("stock");
    expect(await databaseOf(rig, { user: `${user}+shop`, database: "stock" })).toBe("stock");
    // what clients and tools send that were told of no database
    for (const database of ["shop", user, `${user}+shop`]) expect(await databaseOf(rig, { database })).toBe("shop");
  });

  it("leads to no database that its principal's policies do not name", async () => {
    const narrow = { ...contractPolicy, where: { connections: ["shop"], databases: ["shop", "stock*"] } };
    await using rig = await startGatewayRig(bench, { documents: { "policy.json": narrow } });
    expect(await databaseOf(rig, { database: "stock2" })).toBe("stock2");
    for (const database of ["vault", "shop/vault", "vault/shop", "SHOP", "shop/shop/vault"]) {
      expect(await refusal(rig.logIn({ database }))).toBe(rig.native("login/no-access"));
    }
    const before = rig.link.accepted;
    expect(await refusal(rig.logIn({ database: "shop/" }))).toBe(rig.native("login/failed"));
    expect(rig.link.accepted).toBe(before);
  });
});

describe("a listener with a connection of its own", () => {
  it("leads there whatever its clients name, and nowhere else", async () => {
    const { ticket, secret } = await mintTicket({
      principal: { name: "bob", kind: "human", groups: [], claims: {} },
      connection: "vault",
      expires: new Date(Date.now() + 600_000),
    });
    await using rig = await startGatewayRig(bench, {
      leadingTo: "shop",
      tickets: [ticket],
    });
    const token = await rig.tokenLogin();
    expect(await databaseOf(rig, { ...token, database: undefined })).toBe("shop");
    expect(await databaseOf(rig, { ...token, database: "stock" })).toBe("stock");
    // a database there, not the connection of that name
    expect(await databaseOf(rig, { ...token, database: "vault" })).toBe("vault");
    expect(await databaseOf(rig, { ...token, user: "alice+shop", database: "alice" })).toBe("shop");
    expect(await databaseOf(rig, { database: "stock" })).toBe("stock");
    const failed = rig.native("login/failed");
    expect(await refusal(rig.logIn({ ...token, user: "alice+vault" }))).toBe(failed);
    const stranger = { user: ticket.name, secret: secret.reveal() };
    expect(await refusal(rig.logIn(stranger))).toBe(failed);
    expect(await refusal(rig.logIn({ ...stranger, user: `${ticket.name}+shop` }))).toBe(failed);
  });
});

describe("what clients are told of servers before a login", () => {
  it("is what is known of all that the listener leads to, and of no other", async () => {
    await using rig = await startGatewayRig(bench);
    const seen = async (): Promise<string> => {
      const client = await connectScripted(rig.port);
      await client.send(Buffer.from("WATCH\n"));
      const line = await client.receive("OK".length);
      client.end();
      return `${line.toString()}${(await client.receiveAll()).toString()}`.trim();
    };
    await until(async () => (await seen()) === "OK 1.0");
    await rig.road.putDocument("other.json", rig.connection({ connection: "other" }));
    await until(async () => (await seen()) === "OK 1.0 1.0");
    // what was learned of one server says nothing of another that comes in its place
    await rig.road.putDocument("other.json", rig.connection({ connection: "other", server: nowhere }));
    expect(await seen()).toBe("OK 1.0");
    await rig.road.putDocument("other.json", rig.connection({ connection: "other", agentGroup: "elsewhere" }));
    expect(await seen()).toBe("OK 1.0");
    await rig.road.removeDocument("other.json");
    expect(await seen()).toBe("OK 1.0");
    await rig.road.spoilDocuments();
    expect(await seen()).toBe("OK");
  });
});

const nowhere = { host: "127.0.0.1", port: 1, tls: "disable" };
