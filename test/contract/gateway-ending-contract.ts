import type { ErrorCode } from "@sallyport/shared/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testActor } from "../support/apply-to-store.ts";
import { connectScripted } from "../support/scripted-client.ts";
import { until } from "../support/until.ts";
import { refusal } from "./gateway-login-contract.ts";
import {
  contractPolicy,
  startGatewayRig,
  type GatewayBench,
  type GatewayRig,
  type GatewayRigOptions,
} from "./gateway-rig.ts";
import type { ContractClient, NativeError } from "./protocol-driver.ts";

/** How sessions end: whoever goes, the others hear of it, and nothing stays. */
export function describeEndings(name: string, bench: () => GatewayBench, tunnel: "grpc" | "local"): void {
  const start = (options: GatewayRigOptions = {}): Promise<GatewayRig> =>
    startGatewayRig(bench(), { tunnel, ...options });
  const read = (label: string): string => bench().driver.statements.read(label);

  describe(`${name}: when the client`, () => {
    it.each(["says goodbye", "closes", "breaks"] as const)("%s, its server connection ends too", async (how) => {
      await using rig = await start();
      const client = await rig.logIn();
      await client.ask(read("x"));
      if (how === "says goodbye") await client.quit();
      else if (how === "closes") client.end();
      else client.reset();
      await rig.allGone();
      expect(rig.recorded()[0]?.at(-1)).toMatchObject({ type: "closed" });
    });

    it.each(["closes", "breaks"] as const)("%s while a statement runs, it does not run on", async (how) => {
      await using rig = await start();
      const client = await rig.logIn();
      await runEndlessly(rig, client);
      if (how === "closes") client.end();
      else client.reset();
      await rig.allGone();
    });

    it("waits for its server to be opened for too long, it is told so and nothing of it stays", async () => {
      await using rig = await start({ limits: { loginSeconds: 0.5 } });
      const [login] = await beginStalledLogin(rig);
      expect(await login).toBe(rig.native("login/timeout"));
      await rig.allGone();
    });

    it("sends a message that is too large, or one that cannot be read, that session ends and no other", async () => {
      await using rig = await start();
      const { bytes } = bench().driver;
      const bystander = await rig.logIn();
      for (const [sent, code] of [
        [bytes.oversize, "protocol/too-large"],
        [bytes.garbage, "protocol/malformed"],
      ] as const) {
        const client = await rig.logIn();
        await client.send(sent);
        expect(await client.lastWords()).toEqual(rig.toldIdle(code));
        await until(() => rig.road.gateway.sessions.size === 1);
        expect(await bystander.ask(read("on"))).toEqual([{ kind: "result", value: "on" }]);
      }
      bystander.end();
    });

    it("sends anything at all, before or after its login, no other session notices", async () => {
      await using rig = await start();
      const bystander = await rig.logIn();
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), async (noise, loggedIn) => {
          const client = loggedIn ? await rig.logIn() : await connectScripted(rig.port);
          await client.send(Buffer.from(noise));
          client.end();
          expect(await bystander.ask(read("on"))).toEqual([{ kind: "result", value: "on" }]);
        }),
        { numRuns: 20 },
      );
      bystander.end();
      await rig.allGone();
    });
  });

  describe(`${name}: when the server`, () => {
    it.each(["idle", "running"] as const)("breaks under a session that is %s, the client is told", async (at) => {
      await using rig = await start();
      const client = await rig.logIn();
      if (at === "running") await runEndlessly(rig, client);
      rig.link.cut();
      await expectEnd(rig, client, "server/lost", at);
    });

    it("sends what cannot be read, the client is told and that session ends alone", async () => {
      await using rig = await start();
      const [client, bystander] = [await rig.logIn(), await rig.logIn()];
      rig.link.hooks.toClient = () => bench().driver.bytes.garbageOfServer;
      await client.begin(read("x"));
      expect(await client.lastWords()).toEqual([rig.native("server/malformed")]);
      await until(() => rig.road.gateway.sessions.size === 1);
      rig.link.hooks.toClient = (bytes) => bytes;
      expect(await bystander.ask(read("on"))).toEqual([{ kind: "result", value: "on" }]);
      bystander.end();
      await rig.allGone();
    });

    it.each(["is not there", "breaks during the login"] as const)("%s, the login says so", async (how) => {
      await using rig = await start();
      if (how === "is not there") await rig.link.close();
      else rig.link.hooks.toServer = () => rig.link.cut();
      expect(await refusal(rig.logIn())).toBe(rig.native("server/unreachable"));
      await rig.allGone();
    });
  });

  describe(`${name}: when the agent`, () => {
    it.each(["idle", "running"] as const)("goes under a session that is %s, the client is told", async (at) => {
      await using rig = await start();
      const client = await rig.logIn();
      if (at === "running") await runEndlessly(rig, client);
      await rig.loseAgent();
      await expectEnd(rig, client, "tunnel/agent-lost", at);
      expect(await refusal(rig.logIn())).toBe(rig.native("tunnel/no-agent"));
    });

    it("goes while it opens a server, the login says so", async () => {
      await using rig = await start();
      const [login] = await beginStalledLogin(rig);
      await rig.loseAgent();
      expect(await login).toBe(rig.native("tunnel/agent-lost"));
      await rig.allGone();
    });
  });

  describe(`${name}: when the gateway closes`, () => {
    it("every client is told, whether it is idle, running or logging in", async () => {
      await using rig = await start();
      const [idle, running] = [await rig.logIn(), await rig.logIn()];
      await runEndlessly(rig, running);
      const [login] = await beginStalledLogin(rig);
      const closed = rig.road.gateway.close();
      const told = rig.native("gateway/shutting-down");
      expect(await idle.lastWords()).toEqual(rig.toldIdle("gateway/shutting-down"));
      expect(await running.lastWords()).toEqual([told]);
      expect(await login).toBe(told);
      await closed;
      await rig.allGone();
    });
  });

  describe(`${name}: when time`, () => {
    it("without a statement is over, the client is told so", async () => {
      await using rig = await start({ documents: { "policy.json": { ...contractPolicy, session: { idle: "1s" } } } });
      await expectEnd(rig, await rig.logIn(), "session/idle");
    });

    it("of the policy is over, the client is told so", async () => {
      await using rig = await start({ documents: { "policy.json": { ...contractPolicy, session: { max: "1s" } } } });
      const client = await rig.logIn();
      await runEndlessly(rig, client);
      await expectEnd(rig, client, "session/expired", "running");
    });

    it("of the ticket is over, the client is told so", async () => {
      await using rig = await start({ ticketLifeMs: 2000 });
      await expectEnd(rig, await rig.logIn(), "session/expired");
    });
  });

  describe(`${name}: when access`, () => {
    it.each([
      ["no policy gives it any more", (rig) => rig.road.removeDocument("policy.json")],
      ["the ticket is revoked", (rig) => rig.road.revokeTicket(rig.ticket.user ?? "")],
      ["the principal is revoked", (rig) => revokePrincipal(rig, "bob")],
      ["the connection is removed", (rig) => rig.road.removeDocument("connection.json")],
    ] satisfies [string, (rig: GatewayRig) => Promise<unknown>][])(
      "ends because %s, the client is told so",
      async (_why, end) => {
        await using rig = await start();
        const client = await rig.logIn();
        await end(rig);
        await expectEnd(rig, client, "session/access-ended");
      },
    );
  });

  /** Has the server run a statement that does not end; resolves once it is on its way there. */
  async function runEndlessly(rig: GatewayRig, client: ContractClient): Promise<void> {
    const { text, mark } = bench().driver.statements.endless;
    const { promise, resolve } = Promise.withResolvers<void>();
    rig.link.hooks.toServer = (bytes) => {
      if (bytes.includes(mark)) resolve();
    };
    await client.begin(text);
    await promise;
  }
}

/** What becomes of a session whose server ends it, in protocols in which a client can bring that about. */
export function describeServerEnding(
  name: string,
  bench: () => GatewayBench,
  tunnel: "grpc" | "local",
  ending: string,
): void {
  it(`${name}: when the server ends by itself, so does the session`, async () => {
    await using rig = await startGatewayRig(bench(), { tunnel });
    const client = await rig.logIn();
    await client.begin(ending);
    await client.lastWords();
    await rig.allGone();
  });
}

/** What a client gets that says goodbye before it has its answers, in protocols that have a goodbye. */
export function describeGoodbye(name: string, bench: () => GatewayBench, tunnel: "grpc" | "local"): void {
  describe(`${name}: a client that`, () => {
    it("says goodbye right behind a statement, it still gets the answer", async () => {
      await using rig = await startGatewayRig(bench(), { tunnel });
      const { failing } = bench().driver.statements;
      const client = await rig.logIn();
      await client.begin(failing.text);
      await client.quit();
      expect(await client.lastWords()).toEqual([failing.native]);
      await rig.allGone();
    });
  });
}

/** The client is told of this error and nothing else, the record says so too, and all is gone. */
async function expectEnd(
  rig: GatewayRig,
  client: ContractClient,
  code: ErrorCode,
  at: "idle" | "running" = "idle",
): Promise<void> {
  expect(await client.lastWords()).toEqual(at === "running" ? [rig.native(code)] : rig.toldIdle(code));
  await rig.allGone();
  expect(rig.recorded().map((lines) => lines.at(-1)?.reason)).toContainEqual(expect.stringContaining(`[${code}]`));
}

/** A login that has got as far as the server, which does not answer. */
async function beginStalledLogin(rig: GatewayRig): Promise<Promise<NativeError | undefined>[]> {
  rig.link.mute = true;
  const before = rig.link.accepted;
  const login = refusal(rig.logIn());
  await until(() => rig.link.accepted > before);
  rig.link.mute = false;
  // in a list, since a promise of a promise would be waited for
  return [login];
}

function revokePrincipal({ road }: GatewayRig, name: string): Promise<boolean> {
  return road.gateway.store.principals.revoke(name, testActor);
}
