import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KeyOptions } from "./jwks.ts";
import {
  createSigningKey,
  discoveryPath,
  keysPath,
  sendJson,
  signToken,
  startIdentityProvider,
  type LocalIdentityProvider,
  type TokenChanges,
} from "./testing/local-identity-provider.ts";
import { createMemoryStore, providerDocument } from "./testing/memory-store.ts";
import { createTokenVerifier, type TokenVerifier } from "./token-verifier.ts";

let provider: LocalIdentityProvider;
let clock: number;

beforeEach(async () => {
  provider = await startIdentityProvider();
  clock = Date.now();
});
afterEach(async () => {
  await provider.stop();
});

function verifierWith(keys: Partial<KeyOptions> = {}, jwksUri?: string): TokenVerifier {
  const fields = { issuer: provider.issuer, ...(jwksUri === undefined ? {} : { jwksUri }) };
  const store = createMemoryStore({ identityProviders: [providerDocument(fields)] });
  return createTokenVerifier({ store, keys, now: () => clock });
}

let serial = 0;
/** Verifies a token that was not seen before. */
async function attempt(verifier: TokenVerifier, changes: TokenChanges = {}): Promise<string> {
  serial += 1;
  const token = await signToken(provider, {
    now: clock,
    ...changes,
    claims: { jti: `${serial}`, ...changes.claims },
  });
  const answer: unknown = await verifier.verify(new Secret(token)).catch((reason: unknown) => reason);
  return answer instanceof GatewayError ? answer.message : "accepted";
}

function fetches(path: string): number {
  return provider.requests.filter((request) => request === path).length;
}

describe("the keys of a provider", () => {
  it("are found by discovery, once for everybody who waits", async () => {
    const verifier = verifierWith();
    const answers = await Promise.all(Array.from({ length: 20 }, () => attempt(verifier)));
    expect(new Set(answers)).toEqual(new Set(["accepted"]));
    expect(provider.requests).toEqual([discoveryPath, keysPath]);
  });

  it("are taken from jwksUri without discovery", async () => {
    expect(await attempt(verifierWith({}, `${provider.issuer}${keysPath}`))).toBe("accepted");
    expect(provider.requests).toEqual([keysPath]);
  });

  it("follow a rotation at once", async () => {
    const verifier = verifierWith();
    await attempt(verifier);
    clock += 15_000;
    provider.keys = [await createSigningKey("ES256", "second")];
    expect(await attempt(verifier)).toBe("accepted");
    expect(fetches(keysPath)).toBe(2);
  });

  it("follow a rotation where keys have no names", async () => {
    provider.keys = [await createSigningKey("ES256", undefined)];
    const verifier = verifierWith();
    expect(await attempt(verifier)).toBe("accepted");
    clock += 15_000;
    provider.keys = [await createSigningKey("ES256", undefined), await createSigningKey("ES256", undefined)];
    expect(await attempt(verifier, { key: provider.keys[1] })).toBe("accepted");
  });

  it("are not fetched again for every made-up key", async () => {
    const verifier = verifierWith();
    await attempt(verifier);
    clock += 15_000;
    const madeUp = Array.from({ length: 30 }, (_, index) => attempt(verifier, { header: { kid: `made-up-${index}` } }));
    for (const answer of await Promise.all(madeUp)) expect(answer).toMatch(/no key of the issuer fits/);
    clock += 14_999;
    expect(await attempt(verifier, { header: { kid: "made-up-later" } })).toMatch(/no key of the issuer fits/);
    expect(fetches(keysPath)).toBe(2);
  });

  it("are no longer used once the provider has withdrawn them", async () => {
    const verifier = verifierWith();
    const [old] = provider.keys;
    const token = await signToken(provider, { claims: { exp: Math.floor(clock / 1000) + 7_200 } });
    await verifier.verify(new Secret(token));
    provider.keys = [await createSigningKey("ES256", "second")];
    clock += 10 * 60_000;
    await expect(verifier.verify(new Secret(token))).rejects.toThrow(/no key of the issuer fits/);
    expect(await attempt(verifier, { key: old })).toMatch(/no key of the issuer fits/);
  });
});

describe("a provider that is away", () => {
  it("is answered for by the keys it gave, up to a bound", async () => {
    const verifier = verifierWith();
    await attempt(verifier);
    await provider.stop();
    clock += 30 * 60_000;
    expect(await attempt(verifier)).toBe("accepted");
    clock += 31 * 60_000;
    expect(await attempt(verifier)).toMatch(/login\/unavailable.*could not be reached: ECONNREFUSED/);
  });

  it("is not waited for while it is known to be away and its keys still serve", async () => {
    const verifier = verifierWith({ timeoutMs: 3_600_000 });
    await attempt(verifier);
    clock += 10 * 60_000;
    provider.answer(keysPath, (_, response) => sendJson(response, {}, 503));
    expect(await attempt(verifier)).toBe("accepted");
    clock += 2_000;
    provider.answer(keysPath, () => undefined);
    expect(await attempt(verifier)).toBe("accepted");
  });

  it("is asked again only after a while, and found when it is back", async () => {
    await provider.stop();
    const verifier = verifierWith();
    expect(await attempt(verifier)).toMatch(/login\/unavailable.*ECONNREFUSED/);
    await provider.restart();
    expect(await attempt(verifier)).toMatch(/login\/unavailable.*ECONNREFUSED/);
    expect(provider.requests).toEqual([]);
    clock += 2_000;
    expect(await attempt(verifier)).toBe("accepted");
  });

  it("does not make the gateway wait for ever", async () => {
    provider.answer(keysPath, () => undefined);
    expect(await attempt(verifierWith({ timeoutMs: 50 }))).toMatch(/login\/unavailable.*did not answer in time/);
  });

  it("does not make the gateway wait for a body that never ends", async () => {
    provider.answer(keysPath, (_, response) => {
      response.writeHead(200);
      response.write('{"keys":[');
    });
    expect(await attempt(verifierWith({ timeoutMs: 200 }))).toMatch(/login\/unavailable.*did not answer in time/);
  });
});

describe("a provider's answer", () => {
  it("is not followed elsewhere", async () => {
    provider.answer(keysPath, (_, response) => response.writeHead(302, { location: "/elsewhere" }).end());
    expect(await attempt(verifierWith())).toMatch(/answered 302 \(redirects are not followed\)/);
    expect(fetches("/elsewhere")).toBe(0);
  });

  it("is read only up to a bound", async () => {
    let sent = 0;
    provider.answer(keysPath, (_, response) => {
      const more = (): void => {
        while (sent < 100 * 2 ** 20 && response.write(Buffer.alloc(65_536, 0x20))) sent += 65_536;
      };
      response.on("drain", more);
      more();
    });
    expect(await attempt(verifierWith())).toMatch(/more than 262144 bytes/);
    expect(sent).toBeLessThan(50 * 2 ** 20);
  });

  it.each<[string, string, unknown, RegExp]>([
    ["keys that are none", keysPath, { keys: "none" }, /not a key set/],
    [
      "more keys than anybody has",
      keysPath,
      { keys: Array.from({ length: 101 }, () => ({ kty: "EC" })) },
      /not a key set/,
    ],
    ["a discovery document without keys", discoveryPath, {}, /names no issuer and jwks_uri/],
    [
      "another issuer's discovery",
      discoveryPath,
      { issuer: "https://a", jwks_uri: "https://a/k" },
      /is of issuer "https:\/\/a"/,
    ],
  ])("is refused with %s", async (_, path, body, reason) => {
    provider.answer(path, (__, response) => sendJson(response, body));
    expect(await attempt(verifierWith())).toMatch(reason);
  });

  it("is refused when it is not JSON, and good keys are kept", async () => {
    const verifier = verifierWith();
    expect(await attempt(verifier)).toBe("accepted");
    clock += 10 * 60_000;
    provider.answer(keysPath, (_, response) => response.end("<html>"));
    expect(await attempt(verifier)).toBe("accepted");
    expect(await attempt(verifierWith())).toMatch(/something that is not JSON/);
  });

  it("does not turn a symmetric or private key into a public one", async () => {
    provider.answer(keysPath, (_, response) => sendJson(response, { keys: [{ kty: "oct", k: "AAAA", kid: "first" }] }));
    expect(await attempt(verifierWith())).toMatch(/no key of the issuer fits/);
  });

  it.each(["http://keys.example.com/keys", "https://user:word@keys.example.com/keys"])(
    "is never asked of %s",
    async (uri) => {
      const answer = await attempt(verifierWith({}, uri));
      expect(answer).toMatch(/neither https nor on this host|holds credentials/);
      expect(answer).not.toContain("word");
    },
  );
});
