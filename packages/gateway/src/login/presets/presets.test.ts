import { createHmac, createPublicKey } from "node:crypto";
import type { GatewayError } from "@sallyport/shared/errors";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { assembleSnapshot } from "../../store/assemble-snapshot.ts";
import type { LoginDesk } from "../login-desk.ts";
import { createDeskFixture, type DeskFixture } from "../testing/desk-fixture.ts";
import {
  createSigningKey,
  keysPath,
  signToken,
  startIdentityProvider,
  type LocalIdentityProvider,
  type TokenChanges,
} from "../testing/local-identity-provider.ts";
import { policyNamed, providerDocument } from "../testing/memory-store.ts";
import { presetTokens } from "../testing/preset-tokens.ts";
import { scriptedTalk } from "../testing/scripted-talk.ts";
import { createTokenVerifier } from "../token-verifier.ts";
import { presetNames } from "./presets.ts";

describe.each(presetNames)("the preset %s", (preset) => {
  const shape = presetTokens[preset];
  const { name } = shape.principal;
  let fixture: DeskFixture;
  let issuer: LocalIdentityProvider;
  let desk: LoginDesk;
  let clock: number;

  beforeAll(async () => {
    fixture = await createDeskFixture();
  });
  afterAll(() => fixture[Symbol.asyncDispose]());
  beforeEach(async () => {
    issuer = await startIdentityProvider(shape.issuerPath);
    issuer.keys = [await createSigningKey(shape.algorithm, "first")];
    clock = Date.now();
    useDocument(shape.restriction);
    desk = fixture.desk({ verifier: createTokenVerifier({ store: fixture.store, now: () => clock }) });
    return () => issuer.stop();
  });

  /** The document as an operator writes it, and a policy that asks for the issuer's own claims. */
  function useDocument(restriction: string): void {
    const text = `identityProvider: local\npreset: ${preset}\nissuer: ${issuer.issuer}\naudience: sallyport\nclaims: ${restriction}\n`;
    const assembled = assembleSnapshot([{ name: "ci.yaml", text }], ["pg"]);
    if (assembled.kind === "faulty") throw new Error(assembled.problems.join("\n"));
    fixture.store.replace({
      connections: fixture.documents.connections ?? [],
      identityProviders: assembled.snapshot.identityProviders,
      policies: [
        policyNamed("ci", {
          who: { kinds: ["service"], groups: [shape.principal.groups[0]], claims: shape.matches },
          where: { connections: ["shop"] },
        }),
      ],
    });
  }

  function token(changes: TokenChanges = {}): Promise<string> {
    const claims = { groups: undefined, nbf: Math.floor(clock / 1000), ...shape.claims, ...changes.claims };
    return signToken(issuer, { now: clock, ...changes, header: { ...shape.header, ...changes.header }, claims });
  }

  async function login(presented: string, user = name): Promise<string> {
    const { talk } = scriptedTalk({ user, database: "shop", token: presented });
    try {
      const admitted = await desk.admit(talk, fixture.request({ address: `192.0.2.${Math.random()}` }));
      return `let in as ${admitted.principal.name}`;
    } catch (reason) {
      expect(reason).toMatchObject({ code: "login/failed" } satisfies Partial<GatewayError>);
      return reason instanceof Error ? reason.message : "";
    }
  }

  it("lets its tokens in as a service of a name of its own", async () => {
    const { talk } = scriptedTalk({ user: name, database: "shop", token: await token() });
    const { principal, credential } = await desk.admit(talk, fixture.request());
    expect(principal).toEqual({ ...shape.principal, kind: "service", claims: principal.claims });
    expect(principal.claims).toMatchObject({ ...shape.claims, iss: issuer.issuer });
    expect(credential).toEqual({ kind: "token", identityProvider: "local" });
  });

  it("lets in by an audience in a list of its own", async () => {
    expect(await login(await token({ claims: { aud: ["sallyport"] } }))).toBe(`let in as ${name}`);
  });

  it.each([
    ["name", { sub: name }],
    ["group", { sub: "alice", groups: ["staff", shape.principal.groups[0]] }],
  ])("keeps its names from people who may choose their %s", async (_, claims) => {
    await using people = await startIdentityProvider();
    const { identityProviders } = fixture.store.snapshot();
    const company = providerDocument({ identityProvider: "company", issuer: people.issuer });
    const policies = [policyNamed("all", { who: { principals: ["*"] }, where: { connections: ["shop"] } })];
    const connections = fixture.documents.connections ?? [];
    fixture.store.replace({ connections, policies, identityProviders: [company] });
    const presented = await signToken(people, { now: clock, claims });
    expect(await login(presented, claims.sub)).toMatch(/let in/);
    fixture.store.replace({ connections, policies, identityProviders: [company, ...identityProviders] });
    expect(await login(presented, claims.sub)).toMatch(/can only be of identity provider "local"/);
  });

  it("lets nobody in under another name", async () => {
    expect(await login(await token(), "alice")).toMatch(/not of "alice"/);
  });

  it.each([...shape.strangers])("keeps out %s", async (_, claims) => {
    const answer = await login(await token({ claims }));
    expect(answer).toMatch(/the claim ".*" is .*, which identity provider "local" does not accept/);
  });

  it.each([...shape.misshapen])("refuses a token with %s", async (_, claims, word) => {
    useDocument(shape.widest);
    const answer = await login(await token({ claims }));
    expect(answer).toContain(word);
    expect(answer).toMatch(/missing, or not what|does not belong|is not the service account|cannot name a principal/);
  });

  it.each<[string, () => TokenChanges, RegExp]>([
    ["another issuer", () => ({ claims: { iss: "https://token.actions.example.com" } }), /is not registered/],
    ["an issuer that goes on", () => ({ claims: { iss: `${issuer.issuer}.example.com` } }), /is not registered/],
    ["an issuer with a slash more", () => ({ claims: { iss: `${issuer.issuer}/` } }), /is not registered/],
    ["an issuer in capitals", () => ({ claims: { iss: issuer.issuer.toUpperCase() } }), /is not registered/],
    [
      "the issuer of old service account tokens",
      () => ({ claims: { iss: "kubernetes/serviceaccount" } }),
      /not registered/,
    ],
    ["an issuer that is a list", () => ({ claims: { iss: [issuer.issuer] } }), /no "iss"/],
    ["another audience", () => ({ claims: { aud: "https://github.com/acme" } }), /audience .* is not "sallyport"/],
    ["an audience that goes on", () => ({ claims: { aud: "sallyport.example.com" } }), /is not "sallyport"/],
    ["an audience in capitals", () => ({ claims: { aud: "Sallyport" } }), /is not "sallyport"/],
    ["no audience", () => ({ claims: { aud: undefined } }), /audience \(none\) is not/],
    ["another's audience besides", () => ({ claims: { aud: ["sallyport", "vault"] } }), /for several audiences/],
    ["its end behind it", () => ({ claims: { exp: Math.floor(clock / 1000) - 1 } }), /expired at/],
    ["no end", () => ({ claims: { exp: undefined } }), /has no "exp"/],
    ["an end that is a text", () => ({ claims: { exp: "4000000000" } }), /"exp"/],
    ["its beginning ahead", () => ({ claims: { nbf: Math.floor(clock / 1000) + 60 } }), /not valid before/],
    ["an issue date ahead", () => ({ claims: { iat: Math.floor(clock / 1000) + 60 } }), /issued in the future/],
    ["an unknown key", () => ({ header: { kid: "nobody" } }), /no key of the issuer fits/],
  ])("refuses a token with %s", async (_, changes, reason) => {
    expect(await login(await token(changes()))).toMatch(reason);
  });

  it("refuses the key of a stranger who calls it the same", async () => {
    const key = await createSigningKey(shape.algorithm, "first");
    expect(await login(await token({ key }))).toMatch(/SIGNATURE_VERIFICATION_FAILED/);
  });

  it("refuses an algorithm that the issuer does not use", async () => {
    const key = await createSigningKey("PS256", "first");
    issuer.keys = [key];
    expect(await login(await token({ key }))).toMatch(/algorithm "PS256" is not one of/);
  });

  it.each(["none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512"])("refuses the algorithm %s", async (alg) => {
    const [, claims] = (await token()).split(".");
    const jwk = issuer.keys[0]?.jwk ?? { kty: "" };
    const pem = createPublicKey({ key: { ...jwk }, format: "jwk" }).export({ type: "spki", format: "pem" });
    const header = Buffer.from(JSON.stringify({ alg, kid: "first", typ: "JWT" })).toString("base64url");
    for (const secret of [pem, JSON.stringify(jwk), String(jwk.n ?? jwk.x)]) {
      const mac = createHmac(alg.replace("HS", "sha").replace(/^none$/i, "sha256"), secret);
      const signature = mac.update(`${header}.${claims}`).digest("base64url");
      expect(await login(`${header}.${claims}.${signature}`)).toMatch(/algorithm ".*" is not one of/);
    }
    expect(await login(`${header}.${claims}.`)).toMatch(/algorithm ".*" is not one of/);
  });

  it("follows a rotation without a restart, and lets the old key in no more", async () => {
    expect(await login(await token({ claims: { jti: "1" } }))).toMatch(/let in/);
    const [old] = issuer.keys;
    issuer.keys = [await createSigningKey(shape.algorithm, "second")];
    clock += 15_000;
    expect(await login(await token({ claims: { jti: "2" } }))).toMatch(/let in/);
    expect(await login(await token({ claims: { jti: "3" }, key: old }))).toMatch(/no key of the issuer fits/);
    clock += 15_000;
    expect(await login(await token({ claims: { jti: "4" }, key: old }))).toMatch(/no key of the issuer fits/);
    expect(await login(await token({ claims: { jti: "5" } }))).toMatch(/let in/);
  });

  it("asks for keys once in 15 seconds, however many unknown ones come in", async () => {
    const storm = async (): Promise<void> => {
      const tokens = await Promise.all(
        Array.from({ length: 20 }, (_, index) => token({ header: { kid: `made-up-${index}` } })),
      );
      for (const answer of await Promise.all(tokens.map((one) => login(one)))) expect(answer).toMatch(/no key/);
    };
    for (let round = 0; round < 3; round += 1) {
      clock += 15_000;
      await storm();
      await storm();
    }
    const fetches = issuer.requests.filter((path) => path === keysPath);
    // the first of all, and one a round
    expect(fetches.length).toBeLessThanOrEqual(4);
    // the storm keeps nobody out
    expect(await login(await token())).toMatch(/let in/);
  });

  it("forgets who was let in as soon as the document says otherwise", async () => {
    const presented = await token();
    expect(await login(presented)).toMatch(/let in/);
    const elsewhere = preset === "kubernetes" ? "{ sub: system:serviceaccount:web:x }" : '{ TENANT: "nobody" }';
    const tenant = preset === "gitlab-ci" ? "project_id" : "repository_id";
    useDocument(elsewhere.replace("TENANT", tenant));
    expect(await login(presented)).toMatch(/does not accept/);
  });
});
