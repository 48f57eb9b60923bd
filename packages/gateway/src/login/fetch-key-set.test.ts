import { execFileSync } from "node:child_process";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeTunnelCertificates, type TunnelCertificates } from "../../../../test/support/tunnel-certificates.ts";
import {
  createSigningKey,
  discoveryPath,
  keysPath,
  sendJson,
  signToken,
  type SigningKey,
} from "./testing/local-identity-provider.ts";
import { createMemoryStore, providerDocument, type MemoryStore } from "./testing/memory-store.ts";
import { presetTokens } from "./testing/preset-tokens.ts";
import { createTokenVerifier, type TokenVerifier } from "./token-verifier.ts";

// as kubeadm names the issuer of every cluster it makes
const issuer = "https://kubernetes.default.svc.cluster.local";
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const bearerToken = `${part({ alg: "RS256" })}.${part({ sub: "system:serviceaccount:sallyport:gateway" })}.c2ln`;

let certificates: TunnelCertificates;
let apiServer: Server;
let origin: string;
let folder: string;
let key: SigningKey;
let asked: string[];
let clock: number;

beforeAll(async () => {
  certificates = await makeTunnelCertificates();
  const { certificate, key: privateKey } = certificates.gateway;
  apiServer = createServer({ cert: certificate, key: privateKey }, (request, response) => {
    const { authorization } = request.headers;
    asked.push(`${request.url} ${authorization ?? "without"}`);
    if (request.url === discoveryPath) sendJson(response, { issuer: origin, jwks_uri: `${origin}${keysPath}` });
    else if (authorization !== `Bearer ${bearerToken}`) sendJson(response, { kind: "Status", code: 403 }, 403);
    else sendJson(response, { keys: [key.jwk] });
  });
  await new Promise<void>((resolve) => apiServer.listen(0, "127.0.0.1", resolve));
  const address = apiServer.address();
  origin = `https://localhost:${typeof address === "object" && address !== null ? address.port : 0}`;
});
afterAll(async () => {
  apiServer.closeAllConnections();
  apiServer.close();
  await certificates[Symbol.asyncDispose]();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-keys-"));
  key = await createSigningKey("ES256", "first");
  asked = [];
  clock = Date.now();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

function clusterDocument(fields: object): ReturnType<typeof providerDocument> {
  const claims = { "kubernetes.io.namespace": "shop" };
  return providerDocument({ identityProvider: "cluster", preset: "kubernetes", issuer, claims, ...fields });
}

function verifierOf(store: MemoryStore): TokenVerifier {
  return createTokenVerifier({ store, now: () => clock });
}

function verifierWith(fields: object): TokenVerifier {
  return verifierOf(createMemoryStore({ identityProviders: [clusterDocument(fields)] }));
}

let serial = 0;
async function attempt(verifier: TokenVerifier, signedWith = key, iss = issuer): Promise<string> {
  serial += 1;
  const claims = { ...presetTokens.kubernetes.claims, iss, groups: undefined, jti: String(serial) };
  const provider = { keys: [signedWith], issuer };
  const token = await signToken(provider, { now: clock, claims, header: { typ: undefined } });
  const answer: unknown = await verifier.verify(new Secret(token)).catch((reason: unknown) => reason);
  return answer instanceof GatewayError ? answer.message : "accepted";
}

describe("the keys of a cluster", () => {
  it("are fetched from behind its own authority, with a token that is read anew each time", async () => {
    const bearerTokenFile = await file("token", "not.yet.there");
    const jwksUri = `${origin}${keysPath}`;
    const verifier = verifierWith({ jwksUri, caFile: certificates.agent.caFile, bearerTokenFile });
    expect(await attempt(verifier)).toMatch(/login\/unavailable.*token" holds no JWT/);
    expect(asked).toEqual([]);
    await file("token", `${bearerToken}\n`);
    clock += 2_000;
    expect(await attempt(verifier)).toBe("accepted");
    expect(asked).toEqual([`${keysPath} Bearer ${bearerToken}`]);
  });

  it("are not believed without that authority", async () => {
    const bearerTokenFile = await file("token", bearerToken);
    const answer = await attempt(verifierWith({ jwksUri: `${origin}${keysPath}`, bearerTokenFile }));
    expect(answer).toMatch(/login\/unavailable.*could not be reached: \w*(SELF_SIGNED|UNABLE_TO)\w*/);
    expect(answer).not.toContain(bearerToken.slice(-40));
    // the token was not sent to whoever answers there
    expect(asked).toEqual([]);
  });

  it("are not believed from a host that the authority did not certify", async () => {
    const jwksUri = `${origin.replace("localhost", "127.0.0.2")}${keysPath}`;
    await new Promise<void>((resolve) => apiServer.close(() => resolve()));
    await new Promise<void>((resolve) => apiServer.listen(Number(new URL(origin).port), resolve));
    const answer = await attempt(verifierWith({ jwksUri, caFile: certificates.agent.caFile }));
    expect(answer).toMatch(/ERR_TLS_CERT_ALTNAME_INVALID/);
    expect(asked).toEqual([]);
  });

  it("are not had without the token, which discovery never gets to see", async () => {
    const verifier = verifierWith({ issuer: origin, caFile: certificates.agent.caFile });
    expect(await attempt(verifier, key, origin)).toMatch(/login\/unavailable.*answered 403/);
    expect(asked).toEqual([`${discoveryPath} without`, `${keysPath} without`]);
  });

  it.each([
    ["a key", "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"],
    ["digits", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"],
    ["two tokens", `${bearerToken}\r\nx-other: 1`],
    ["more than a token has", `${bearerToken}${"a".repeat(16 * 1024)}`],
  ])("are not asked for with %s in the token's place", async (_, content) => {
    const bearerTokenFile = await file("token", content);
    const jwksUri = `${origin}${keysPath}`;
    const answer = await attempt(verifierWith({ jwksUri, caFile: certificates.agent.caFile, bearerTokenFile }));
    expect(answer).toMatch(/holds no JWT|more than 16384 bytes/);
    expect(asked).toEqual([]);
    for (const line of content.split("\n").filter((text) => text.length > 8)) expect(answer).not.toContain(line);
  });

  it.each(["", "\n", "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n"])(
    "are not asked for under an authority that is none: %j",
    async (content) => {
      const answer = await attempt(
        verifierWith({ issuer: origin, caFile: await file("ca.crt", content) }),
        key,
        origin,
      );
      expect(answer).toMatch(/login\/unavailable.*ca\.crt" holds no certificate/);
      expect(asked).toEqual([]);
    },
  );

  it("may stand in the document, and follow it", async () => {
    const store = createMemoryStore({ identityProviders: [clusterDocument({ jwks: { keys: [key.jwk] } })] });
    const verifier = verifierOf(store);
    expect(await attempt(verifier)).toBe("accepted");
    const second = await createSigningKey("ES256", "second");
    expect(await attempt(verifier, second)).toMatch(/no key of the issuer fits/);
    store.replace({ identityProviders: [clusterDocument({ jwks: { keys: [second.jwk] } })] });
    expect(await attempt(verifier, second)).toBe("accepted");
    expect(await attempt(verifier)).toMatch(/no key of the issuer fits/);
  });

  it("may stand in a file, and follow it", async () => {
    const jwksFile = await file("keys.json", JSON.stringify({ keys: [key.jwk] }));
    const verifier = verifierWith({ jwksFile });
    expect(await attempt(verifier)).toBe("accepted");
    const second = await createSigningKey("ES256", "second");
    await rename(await file("next.json", JSON.stringify({ keys: [second.jwk] })), jwksFile);
    clock += 15_000;
    expect(await attempt(verifier, second)).toBe("accepted");
    expect(await attempt(verifier)).toMatch(/no key of the issuer fits/);
  });

  it.each<[string, (path: string) => unknown, RegExp]>([
    ["is not there", () => undefined, /cannot be read: ENOENT/],
    ["is a pipe", (path) => execFileSync("mkfifo", [path]), /it is no regular file/],
    ["is a folder", (path) => execFileSync("mkdir", [path]), /it is no regular file/],
    ["is too large", () => file("keys.json", " ".repeat(300_000)), /it has more than 262144 bytes/],
    ["holds something else", () => file("keys.json", "root:x:0:0:root"), /holds something that is not a key set/],
  ])("are not had from a file that %s", async (_, make, reason) => {
    await make(join(folder, "keys.json"));
    const answer = await attempt(verifierWith({ jwksFile: join(folder, "keys.json") }));
    expect(answer).toMatch(reason);
    expect(answer).not.toContain("root:");
  });

  it("are told apart from another cluster's that calls itself the same", async () => {
    const [first, second] = [key, await createSigningKey("ES256", "second")];
    const store = createMemoryStore({
      identityProviders: [
        clusterDocument({ identityProvider: "a", jwks: { keys: [first.jwk] } }),
        clusterDocument({ identityProvider: "b", jwks: { keys: [second.jwk] } }),
      ],
    });
    const verifier = verifierOf(store);
    const nameOf = async (signedWith: SigningKey): Promise<string> => {
      const claims = { ...presetTokens.kubernetes.claims, iss: issuer };
      const token = await signToken({ keys: [signedWith], issuer }, { claims });
      return (await verifier.verify(new Secret(token))).principal.name;
    };
    expect(await nameOf(first)).toBe("a:shop:migrate");
    expect(await nameOf(second)).toBe("b:shop:migrate");
  });

  it("that cannot be had are not taken for a wrong token because another cluster has none that fits", async () => {
    const away = clusterDocument({ identityProvider: "a", jwksFile: join(folder, "not-there") });
    const here = clusterDocument({ identityProvider: "b", jwks: { keys: [key.jwk] } });
    const verifier = verifierOf(createMemoryStore({ identityProviders: [away, here] }));
    expect(await attempt(verifier)).toBe("accepted");
    expect(await attempt(verifier, await createSigningKey("ES256", "of-a"))).toMatch(/login\/unavailable/);
  });
});
