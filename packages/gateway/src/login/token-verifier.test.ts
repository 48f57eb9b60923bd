import { createHmac } from "node:crypto";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createSigningKey,
  signToken,
  startIdentityProvider,
  type LocalIdentityProvider,
  type TokenChanges,
} from "./testing/local-identity-provider.ts";
import { createMemoryStore, providerDocument } from "./testing/memory-store.ts";
import { createTokenVerifier, type TokenVerifier } from "./token-verifier.ts";

let provider: LocalIdentityProvider;
let verifier: TokenVerifier;
const now = Math.floor(Date.now() / 1000);

beforeAll(async () => {
  provider = await startIdentityProvider();
  const document = providerDocument({ issuer: provider.issuer });
  verifier = createTokenVerifier({ store: createMemoryStore({ identityProviders: [document] }) });
});
afterAll(async () => {
  await provider.stop();
});

async function refusal(token: string, by: TokenVerifier = verifier): Promise<string> {
  const error: unknown = await by.verify(new Secret(token)).catch((reason: unknown) => reason);
  if (!(error instanceof GatewayError)) throw new Error("the token was accepted");
  expect(error.code).toBe("login/failed");
  expect(error.detail).toBeUndefined();
  // neither the token nor its signature may reach a log
  const signature = token.split(".")[2] ?? "";
  if (signature.length > 8) expect(`${error.message} ${String(error.cause)}`).not.toContain(signature);
  return error.message;
}

function unsigned(header: object, claims: object, signature = ""): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part(header)}.${part(claims)}.${signature}`;
}

function goodClaims(): Record<string, unknown> {
  return { iss: provider.issuer, aud: "sallyport", sub: "alice", exp: now + 600 };
}

describe("a token that is accepted", () => {
  it("names the principal, its groups, its claims and its end", async () => {
    const verified = await verifier.verify(new Secret(await signToken(provider, { claims: { exp: now + 900 } })));
    expect(verified.principal).toMatchObject({ name: "alice", kind: "human", groups: ["dba"] });
    expect(verified.principal.claims["iss"]).toBe(provider.issuer);
    expect(verified.expires).toEqual(new Date((now + 900) * 1000));
    expect(verified.identityProvider).toBe("local");
  });

  it.each<[string, TokenChanges]>([
    ["one of several audiences", { claims: { aud: ["other", "sallyport"] } }],
    ["no type", { header: { typ: undefined } }],
    ["an RFC 9068 access token", { header: { typ: "application/at+jwt" } }],
    ["issued by a clock 3 s ahead", { claims: { iat: now + 3, nbf: now + 3 } }],
    ["no key id, where only one key fits", { header: { kid: undefined } }],
  ])("may have %s", async (_, changes) => {
    const { principal } = await verifier.verify(new Secret(await signToken(provider, changes)));
    expect(principal.name).toBe("alice");
  });
});

describe("a token that is refused", () => {
  it.each<[string, TokenChanges, RegExp]>([
    ["another audience", { claims: { aud: "billing" } }, /audience "billing" is not "sallyport"/],
    ["no audience", { claims: { aud: undefined } }, /audience \(none\) is not "sallyport"/],
    ["an unknown issuer", { claims: { iss: "https://elsewhere" } }, /issuer "https:\/\/elsewhere" is not registered/],
    ["an issuer that differs by a slash", { claims: { iss: "http://127.0.0.1/" } }, /is not registered/],
    ["no issuer", { claims: { iss: undefined } }, /no "iss"/],
    ["passed its end", { claims: { exp: now - 1 } }, /expired at \d{4}-/],
    ["passed its end long ago", { claims: { exp: now - 3600 } }, /expired at \d{4}-/],
    ["no end", { claims: { exp: undefined } }, /has no "exp"/],
    ["an end beyond all calendars", { claims: { exp: 1e300 } }, /"exp" is not a time/],
    ["a start in the future", { claims: { nbf: now + 60 } }, /not valid before \d{4}-/],
    ["an issue date in the future", { claims: { iat: now + 60 } }, /issued in the future/],
    ["an unknown key", { header: { kid: "nobody" } }, /no key of the issuer fits ES256 and key "nobody"/],
    ["the type of a log-out token", { header: { typ: "logout+jwt" } }, /type is "logout\+jwt"/],
    ["a security event", { claims: { events: {} } }, /security event/],
    ["a key it is bound to", { claims: { cnf: { jkt: "x" } } }, /bound to a key/],
    ["no name", { claims: { sub: undefined } }, /no name at "sub"/],
    ["a name with a tilde", { claims: { sub: "al~ice" } }, /it contains "~"/],
  ])("has %s", async (_, changes, reason) => {
    expect(await refusal(await signToken(provider, changes))).toMatch(reason);
  });

  it("is not signed at all", async () => {
    expect(await refusal(unsigned({ alg: "none" }, goodClaims()))).toMatch(/algorithm "none" is not one of/);
  });

  it("is signed with the public key as if it were a shared secret", async () => {
    const body = unsigned({ alg: "HS256", kid: "first", typ: "JWT" }, goodClaims()).slice(0, -1);
    const mac = createHmac("sha256", JSON.stringify(provider.keys[0]?.jwk)).update(body);
    expect(await refusal(`${body}.${mac.digest("base64url")}`)).toMatch(/algorithm "HS256" is not one of/);
  });

  it("is signed by a key of its own that takes the published key's name", async () => {
    const stranger = await createSigningKey("ES256", "first");
    expect(await refusal(await signToken(provider, { key: stranger }))).toMatch(/SIGNATURE_VERIFICATION_FAILED/);
  });

  it("brings its own key along", async () => {
    const stranger = await createSigningKey("ES256", "mine");
    const token = await signToken(provider, {
      key: stranger,
      header: { jwk: stranger.jwk, jku: "https://evil" },
    });
    expect(await refusal(token)).toMatch(/no key of the issuer fits/);
  });

  it("says something else than what was signed", async () => {
    const [head, , signature] = (await signToken(provider)).split(".");
    const claims = unsigned({}, { ...goodClaims(), sub: "root" }).split(".")[1];
    expect(await refusal(`${head}.${claims}.${signature}`)).toMatch(/SIGNATURE_VERIFICATION_FAILED/);
  });

  it("has an extension that must be understood", async () => {
    expect(await refusal(unsigned({ alg: "ES256", crit: ["b64"], b64: true }, goodClaims(), "AA"))).toMatch(/"crit"/);
  });

  it("is larger than a token may be", async () => {
    const token = await signToken(provider, { claims: { padding: "x".repeat(16 * 1024) } });
    expect(await refusal(token)).toMatch(/more than 16384/);
  });

  it("uses an algorithm that this provider does not", async () => {
    const key = await createSigningKey("ES384", "first");
    expect(await refusal(await signToken(provider, { key }))).toMatch(/algorithm "ES384" is not one of/);
  });

  it("is garbage of any kind, which only ever fails the login", async () => {
    const [head, body, signature] = (await signToken(provider)).split(".");
    const segment = fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString("base64url")),
      fc.constantFrom(head, body, signature, ""),
    );
    const garbage = fc.oneof(
      fc.string(),
      fc.array(segment, { maxLength: 5 }).map((parts) => parts.join(".")),
    );
    await fc.assert(
      fc.asyncProperty(garbage, async (token) => {
        fc.pre(token !== `${head}.${body}.${signature}`);
        await refusal(token);
      }),
      { numRuns: 500 },
    );
  });
});

describe("several providers", () => {
  it("are told apart by audience where they share an issuer", async () => {
    const { issuer } = provider;
    const identityProviders = [
      providerDocument({ identityProvider: "people", issuer, audience: "people" }),
      providerDocument({
        identityProvider: "bots",
        issuer,
        audience: "bots",
        principal: { defaultKind: "ai-agent" },
      }),
    ];
    const both = createTokenVerifier({ store: createMemoryStore({ identityProviders }) });
    const bot = await both.verify(new Secret(await signToken(provider, { claims: { aud: "bots" } })));
    expect(bot).toMatchObject({ identityProvider: "bots", principal: { kind: "ai-agent" } });
    const message = await refusal(await signToken(provider), both);
    expect(message).toMatch(/audience "sallyport" is not "people" or "bots"/);
  });

  it("never vouch for each other", async () => {
    await using other = await startIdentityProvider();
    const identityProviders = [
      providerDocument({ issuer: provider.issuer }),
      providerDocument({ issuer: other.issuer }),
    ];
    const both = createTokenVerifier({ store: createMemoryStore({ identityProviders }) });
    const forged = await signToken(other, { claims: { iss: provider.issuer } });
    expect(await refusal(forged, both)).toMatch(/SIGNATURE_VERIFICATION_FAILED/);
  });
});

describe("a token that was seen before", () => {
  it("is accepted without its provider, but not after its end", async () => {
    await using local = await startIdentityProvider();
    let clock = Date.now();
    const store = createMemoryStore({
      identityProviders: [providerDocument({ issuer: local.issuer })],
    });
    const clocked = createTokenVerifier({ store, now: () => clock, keys: { staleMs: 0 } });
    const token = new Secret(await signToken(local, { claims: { exp: now + 120 } }));
    await clocked.verify(token);
    await local.stop();
    clock += 60_000;
    expect((await clocked.verify(token)).principal.name).toBe("alice");
    clock += 61_000;
    expect(await refusal(token.reveal(), clocked)).toMatch(/expired/);
  });

  it("is refused once its provider was taken out, and read anew once a mapping changed", async () => {
    const { issuer } = provider;
    const store = createMemoryStore({ identityProviders: [providerDocument({ issuer })] });
    const verifierOfStore = createTokenVerifier({ store });
    const token = await signToken(provider, { claims: { nick: "al" } });
    await verifierOfStore.verify(new Secret(token));
    store.replace({
      identityProviders: [providerDocument({ issuer, principal: { name: "nick" } })],
    });
    expect((await verifierOfStore.verify(new Secret(token))).principal.name).toBe("al");
    store.replace({});
    expect(await refusal(token, verifierOfStore)).toMatch(/not registered/);
  });
});
