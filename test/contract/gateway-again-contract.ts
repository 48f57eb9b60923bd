import { setImmediate as turn } from "node:timers/promises";
import { mintTicket } from "@sallyport/gateway/tickets/mint-ticket";
import { describe, expect, it } from "vitest";
import { until } from "../support/until.ts";
import { refusal } from "./gateway-login-contract.ts";
import { startGatewayRig, type GatewayBench, type GatewayRig, type GatewayRigOptions } from "./gateway-rig.ts";
import type { ContractClient, Login, NativeError, ProtocolDriver } from "./protocol-driver.ts";

const LIFE_MS = 600_000;

/** bob may do all but drop, as everywhere in the suite; carol may do nothing but that. */
const policies = {
  "policy.json": policy("bobs", "bob", [{ deny: ["drop"] }, { allow: ["*"] }]),
  "carol.json": policy("carols", "carol", [{ deny: ["read"] }, { allow: ["*"] }]),
};

/** A connection that has one login after another, in protocols that have this, and statements that stop a sibling's. */
export function describeLoginAgain(
  name: string,
  bench: () => GatewayBench,
  tunnel: "grpc" | "local",
  { kill, unknown }: NonNullable<ProtocolDriver["again"]>,
): void {
  const read = (label: string): string => bench().driver.statements.read(label);
  const drop = (label: string): string => bench().driver.statements.drop(label);

  async function start(options: GatewayRigOptions = {}): Promise<{ rig: GatewayRig; carol: Login }> {
    const { ticket, secret } = await mintTicket({
      principal: { name: "carol", kind: "human", groups: [], claims: {} },
      connection: "shop",
      expires: new Date(Date.now() + LIFE_MS),
    });
    const documents = { ...policies, ...options.documents };
    const rig = await startGatewayRig(bench(), { tunnel, ...options, documents, tickets: [ticket] });
    return { rig, carol: { user: ticket.name, database: undefined, secret: secret.reveal() } };
  }

  describe(`${name}: a second login on the same connection`, () => {
    it("has its own policy, server and recording, and nothing of the first", async () => {
      const { rig, carol } = await start();
      await using _ = rig;
      const denied = { kind: "error", native: rig.native("policy/denied") };
      const client = await rig.logIn();
      expect(await client.ask(read("one"), drop("one"))).toEqual([{ kind: "result", value: "one" }, denied]);
      await again(client, carol);
      const [reads, drops] = [await client.ask(read("two")), await client.ask(drop("two"))];
      expect(reads).toEqual([denied]);
      expect(drops).not.toEqual([denied]);
      await until(() => rig.link.connections.length === 1);
      await again(client, rig.ticket);
      expect(await client.ask(read("three"))).toEqual([{ kind: "result", value: "three" }]);
      expect(rig.road.gateway.sessions.size).toBe(1);
      client.end();
      await rig.allGone();
      const recorded = rig.recorded();
      expect(recorded.map(([opened]) => opened?.principal)).toEqual(["bob", "carol", "bob"]);
      expect(recorded.map((lines) => lines.at(-1))).toMatchObject([
        { type: "closed", reason: "next-login" },
        { type: "closed", reason: "next-login" },
        { type: "closed" },
      ]);
      const decided = recorded.map((lines) => lines.flatMap(({ decision }) => (decision ? [decision.kind] : [])));
      expect(decided).toEqual([["allow", "deny"], ["deny", "allow"], ["allow"]]);
    });

    it.each(["login/failed", "login/no-access"] as const)("ends the connection with %s", async (code) => {
      const { rig, carol } = await start({
        documents: code === "login/no-access" ? { "carol.json": undefined } : {},
      });
      await using _ = rig;
      const client = await rig.logIn();
      const login = code === "login/failed" ? { ...rig.ticket, secret: "wrong" } : carol;
      expect(await refusal(again(client, login))).toBe(rig.native(code));
      await rig.allGone();
      expect(rig.recorded().map((lines) => lines.at(-1))).toMatchObject([{ type: "closed", reason: "next-login" }]);
    });

    it("has a deadline of its own", async () => {
      const { rig, carol } = await start({ limits: { loginSeconds: 2 } });
      await using _ = rig;
      const client = await rig.logIn();
      rig.link.mute = true;
      expect(await refusal(again(client, carol))).toBe(rig.native("login/timeout"));
      unstall(rig);
      await rig.allGone();
    });

    it("is given up when its client goes, or the gateway", async () => {
      const { rig, carol } = await start();
      await using _ = rig;
      const one = await rig.logIn();
      const [first] = await beginStalled(rig, one, carol);
      one.reset();
      await first;
      await until(() => rig.road.gateway.sessions.size === 0);
      unstall(rig);
      const two = await rig.logIn();
      const [second] = await beginStalled(rig, two, carol);
      const closed = rig.road.gateway.close();
      expect(await second).toBe(rig.native("gateway/shutting-down"));
      await closed;
      unstall(rig);
    });

    it("counts as an attempt like any other", async () => {
      const { rig } = await start();
      await using _ = rig;
      const clients = await Promise.all(Array.from({ length: 10 }, () => rig.logIn()));
      const wrong = { ...rig.ticket, secret: "wrong" };
      for (const client of clients) expect(await refusal(again(client, wrong))).toBe(rig.native("login/failed"));
      expect(await refusal(rig.logIn())).toBe(rig.native("login/rate-limited"));
    });
  });

  describe(`${name}: a statement that stops what another session runs`, () => {
    it("does so by the number of the connection, for the principal that it has now and for nobody else", async () => {
      const { rig, carol } = await start();
      await using _ = rig;
      const { endless } = bench().driver.statements;
      const [client, sibling, stranger] = [await rig.logIn(), await rig.logIn(), await rig.logIn(carol)];
      const { id } = client.cancelKey;
      const run = async () => {
        const seen = (await bench().server.statements()).length;
        const running = client.ask(endless.text);
        while ((await bench().server.statements()).length === seen) await turn();
        return [running];
      };
      const missed = [{ kind: "error", native: unknown }];
      const [first] = await run();
      expect(await stranger.ask(kill(id))).toEqual(missed);
      expect(await sibling.ask(kill(0x7fff_ffff))).toEqual(missed);
      expect(await sibling.ask(kill(id))).toMatchObject([{ kind: "result" }]);
      expect(await first).toEqual([{ kind: "error", native: endless.cancelled }]);
      await again(client, { ...rig.ticket });
      const [second] = await run();
      await again(stranger, rig.ticket);
      expect(await stranger.ask(kill(id))).toMatchObject([{ kind: "result" }]);
      expect(await second).toEqual([{ kind: "error", native: endless.cancelled }]);
      await again(client, carol);
      expect(await sibling.ask(kill(id))).toEqual(missed);
      for (const each of [client, sibling, stranger]) each.end();
      await rig.allGone();
    });

    it("that its agent does not pass on is told so, and goes on", async () => {
      const { rig } = await start();
      await using _ = rig;
      const [client, sibling] = [await rig.logIn(), await rig.logIn()];
      const { endless } = bench().driver.statements;
      const seen = (await bench().server.statements()).length;
      await client.begin(endless.text);
      while ((await bench().server.statements()).length === seen) await turn();
      const before = rig.link.accepted;
      rig.link.mute = true;
      const killed = sibling.ask(kill(client.cancelKey.id));
      await until(() => rig.link.accepted > before);
      rig.link.connections.at(-1)?.resetAndDestroy();
      rig.link.mute = false;
      expect(await killed).toEqual([{ kind: "error", native: unknown }]);
      expect(await sibling.ask(read("on"))).toEqual([{ kind: "result", value: "on" }]);
      sibling.end();
      client.reset();
      await rig.allGone();
    });
  });
}

function policy(name: string, principal: string, rules: readonly object[]): object {
  return { policy: name, who: { principals: [principal] }, where: { connections: ["*"] }, rules };
}

async function again(client: ContractClient, login: Login): Promise<ContractClient> {
  if (client.logInAgain === undefined) throw new Error("the driver's clients cannot log in anew");
  await client.logInAgain(login);
  return client;
}

/** The server that the new login asks for says nothing, from now on. In a list, since a promise of a promise would be waited for. */
async function beginStalled(
  rig: GatewayRig,
  client: ContractClient,
  login: Login,
): Promise<Promise<NativeError | undefined>[]> {
  rig.link.mute = true;
  const before = rig.link.accepted;
  const refused = refusal(again(client, login));
  const isOpening = (): boolean => rig.road.gateway.sessions.all().some(({ owner }) => owner === undefined);
  await until(() => isOpening() && rig.link.accepted > before);
  return [refused];
}

/** Servers answer again, and nobody waits for one that did not: an agent stays until its cancels are through. */
function unstall({ link }: GatewayRig): void {
  link.mute = false;
  for (const socket of link.connections) socket.destroy();
}
