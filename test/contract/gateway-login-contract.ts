import { createSigningKey, signToken } from "@sallyport/gateway/login/testing/local-identity-provider";
import { presetTokens } from "@sallyport/gateway/login/testing/preset-tokens";
import { describe, expect, it } from "vitest";
import { connectScripted } from "../support/scripted-client.ts";
import { until } from "../support/until.ts";
import { startGatewayRig, type GatewayBench, type GatewayRig, type GatewayRigOptions } from "./gateway-rig.ts";
import { LoginRefused, type ContractClient, type NativeError } from "./protocol-driver.ts";

const MAX_FAILURES = 10;
const HOUR_MS = 3_600_000;

/** Who gets in, who does not, and what each is told. */
export function describeLogin(name: string, bench: () => GatewayBench, tunnel: "grpc" | "local"): void {
  const start = (options: GatewayRigOptions = {}): Promise<GatewayRig> =>
    startGatewayRig(bench(), { tunnel, ...options });
  const read = (label: string): string => bench().driver.statements.read(label);

  describe(`${name}: a login`, () => {
    it("with a ticket reaches the ticket's connection", async () => {
      await using rig = await start();
      const client = await rig.logIn();
      expect(await client.ask(read("hello"))).toEqual([{ kind: "result", value: "hello" }]);
      client.end();
    });

    it("with a token reaches the connection it names, in either form of the user name", async () => {
      await using rig = await start();
      const login = await rig.tokenLogin();
      for (const form of [login, { ...login, user: "alice+shop", database: undefined }]) {
        const client = await rig.logIn(form);
        expect(await client.ask(read("hello"))).toEqual([{ kind: "result", value: "hello" }]);
        client.end();
      }
    });

    it("of a CI job takes the name that its preset gives it", async () => {
      const key = await createSigningKey("RS256", "first");
      const document = {
        identityProvider: "gitlab",
        preset: "gitlab-ci",
        issuer: "https://gitlab.example.com",
        audience: "sallyport",
        claims: { project_path: "acme/*" },
        jwks: { keys: [key.jwk] },
      };
      await using rig = await start({ documents: { "provider.json": document } });
      const login = async (changes: object): Promise<Parameters<typeof rig.logIn>[0]> => ({
        user: "gitlab:acme:web:shop",
        database: "shop",
        secret: await signToken(
          { issuer: document.issuer, keys: [key] },
          { claims: { ...presetTokens["gitlab-ci"].claims, ...changes } },
        ),
      });
      const client = await rig.logIn(await login({}));
      expect(await client.ask(read("hello"))).toEqual([{ kind: "result", value: "hello" }]);
      client.end();
      const failed = rig.native("login/failed");
      expect(await refusal(rig.logIn(await login({ project_path: "evil/web/shop" })))).toBe(failed);
      expect(await refusal(rig.logIn(await login({ aud: "vault" })))).toBe(failed);
    });

    it("that fails tells nobody why, and opens no server", async () => {
      await using rig = await start();
      const before = rig.link.accepted;
      const failed = rig.native("login/failed");
      expect(await refusal(rig.logIn({ secret: "wrong" }))).toBe(failed);
      expect(await refusal(rig.logIn({ user: "bob~nosuchticket" }))).toBe(failed);
      expect(await refusal(rig.logIn({ user: "alice", database: "shop", secret: "no.token.atall" }))).toBe(failed);
      const stale = await rig.tokenLogin({ now: Date.now() - HOUR_MS });
      expect(await refusal(rig.logIn(stale))).toBe(failed);
      expect(await refusal(rig.logIn({ ...(await rig.tokenLogin()), user: "mallory" }))).toBe(failed);
      expect(await refusal(rig.logIn({ user: `${rig.ticket.user}+vault` }))).toBe(failed);
      expect(rig.link.accepted).toBe(before);
      const reasons = rig.road.log.lines
        .filter(({ event }) => event === "login.refused")
        .map(({ fields }) => fields.reason);
      expect(new Set(reasons).size).toBe(reasons.length);
      expect(JSON.stringify(rig.road.log.lines)).not.toContain(rig.ticket.secret);
    });

    it("with a ticket whose time is over fails", async () => {
      await using rig = await start({ ticketLifeMs: -1 });
      expect(await refusal(rig.logIn())).toBe(rig.native("login/failed"));
    });

    it("to a connection that is not there is answered like one without access", async () => {
      await using rig = await start({ documents: { "policy.json": undefined } });
      const login = await rig.tokenLogin();
      const answers = [await refusal(rig.logIn(login)), await refusal(rig.logIn({ ...login, database: "nowhere" }))];
      expect(answers).toEqual([rig.native("login/no-access"), rig.native("login/no-access")]);
      expect(await refusal(rig.logIn())).toBe(rig.native("login/no-access"));
    });

    it("is not even tried after too many that failed, while others get in", async () => {
      await using rig = await start();
      const failures = Array.from({ length: MAX_FAILURES }, () => refusal(rig.logIn({ secret: "wrong" })));
      expect(new Set(await Promise.all(failures))).toEqual(new Set([rig.native("login/failed")]));
      expect(await refusal(rig.logIn())).toBe(rig.native("login/rate-limited"));
      const other = await rig.logIn(await rig.tokenLogin());
      other.end();
    });

    it("without encryption is refused where it must be encrypted", async () => {
      await using rig = await start({ plaintext: "never" });
      expect(await refusal(rig.logIn())).toBe(rig.native("login/encryption-required"));
    });

    it("over TLS gets in, where the protocol has it", async () => {
      await using rig = await start({ plaintext: "never" });
      const { ca, driver } = bench();
      const attempt = rig.logIn({ ca });
      if (!driver.supportsTls) {
        await expect(attempt).rejects.toBeInstanceOf(Error);
        return;
      }
      const client = await attempt;
      expect(await client.ask(read("hidden"))).toEqual([{ kind: "result", value: "hidden" }]);
      client.end();
    });
  });

  describe(`${name}: before a login`, () => {
    it("garbage ends that connection alone", async () => {
      await using rig = await start();
      const client = await rig.logIn();
      const raw = await connectScripted(rig.port);
      await raw.send(bench().driver.bytes.garbageAtLogin);
      raw.end();
      await raw.receiveAll();
      await until(() => rig.road.gateway.sessions.size === 1);
      expect(await client.ask(read("on"))).toEqual([{ kind: "result", value: "on" }]);
      client.end();
    });

    it("silence is cut off, also in the middle of the first message", async () => {
      await using rig = await start({ limits: { loginSeconds: 0.2 } });
      const silent = [await connectScripted(rig.port), await connectScripted(rig.port)];
      await silent[1]?.send(bench().driver.bytes.halfLogin);
      for (const raw of silent) await raw.receiveAll();
      await until(() => rig.road.gateway.sessions.size === 0);
    });

    it("a client that leaves in the middle of its first message leaves nothing behind", async () => {
      await using rig = await start();
      const leaving = [await connectScripted(rig.port), await connectScripted(rig.port)];
      for (const raw of leaving) await raw.send(bench().driver.bytes.halfLogin);
      await until(() => rig.road.gateway.sessions.size === leaving.length);
      leaving[0]?.end();
      leaving[1]?.reset();
      await rig.allGone();
    });

    it("those who have not logged in cannot take the place of those who have", async () => {
      await using rig = await start({ limits: { loggingIn: 2 } });
      const client = await rig.logIn();
      const silent = [await connectScripted(rig.port), await connectScripted(rig.port)];
      await until(() => rig.road.gateway.sessions.size === 3);
      const turnedAway = await connectScripted(rig.port);
      expect(bench().driver.nativeErrorsIn(await turnedAway.receiveAll())).toEqual(
        rig.toldIdle("login/too-many-connections"),
      );
      expect(await client.ask(read("on"))).toEqual([{ kind: "result", value: "on" }]);
      for (const raw of silent) raw.end();
      await until(() => rig.road.gateway.sessions.size === 1);
      const next = await rig.logIn();
      next.end();
      client.end();
    });
  });
}

/** What a login is refused with. */
export async function refusal(login: Promise<ContractClient>): Promise<NativeError | undefined> {
  try {
    const client = await login;
    client.end();
    throw new Error("the login was not refused");
  } catch (reason) {
    if (reason instanceof LoginRefused) return reason.native;
    throw reason;
  }
}
