import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";

type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** A key of the provider: what it signs with, and what it publishes. */
export interface SigningKey {
  readonly alg: string;
  readonly kid: string | undefined;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** A small identity provider on loopback whose every answer a test can replace. */
export interface LocalIdentityProvider extends AsyncDisposable {
  readonly issuer: string;
  /** Paths asked for, in order. */
  readonly requests: string[];
  /** The keys it publishes. */
  keys: readonly SigningKey[];
  /** Replaces the answer to a path; undefined restores it. */
  answer(path: string, respond: Respond | undefined): void;
  /** Stops listening; `restart` listens on the same port again. */
  stop(): Promise<void>;
  restart(): Promise<void>;
}

export const keysPath = "/keys";
export const discoveryPath = "/.well-known/openid-configuration";

/** `path` is the issuer's own, behind host and port. */
export async function startIdentityProvider(path = ""): Promise<LocalIdentityProvider> {
  const requests: string[] = [];
  const answers = new Map<string, Respond>();
  const server = createServer((request, response) => {
    const asked = (request.url ?? "").replace(path, "");
    requests.push(asked);
    const respond = answers.get(asked) ?? standard.get(asked);
    if (respond === undefined) sendJson(response, {}, 404);
    else respond(request, response);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  await listen(0);
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const issuer = `http://127.0.0.1:${port}${path}`;
  const provider: LocalIdentityProvider = {
    issuer,
    requests,
    keys: [await createSigningKey("ES256", "first")],
    answer(asked, respond) {
      if (respond === undefined) answers.delete(asked);
      else answers.set(asked, respond);
    },
    stop,
    restart: () => listen(port),
    [Symbol.asyncDispose]: stop,
  };
  const standard = new Map<string, Respond>([
    [discoveryPath, (_, response) => sendJson(response, { issuer, jwks_uri: `${issuer}${keysPath}` })],
    [keysPath, (_, response) => sendJson(response, { keys: provider.keys.map((key) => key.jwk) })],
  ]);
  return provider;
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

export async function createSigningKey(alg: string, kid: string | undefined): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), use: "sig", alg };
  return { alg, kid, privateKey, jwk: kid === undefined ? jwk : { ...jwk, kid } };
}

/** What a test's token says besides a good one's claims; undefined leaves a claim or header out. */
export interface TokenChanges {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: SigningKey | undefined;
  /** In milliseconds. */
  readonly now?: number;
}

/** A token of the provider that is good in every way but the changes. */
export async function signToken(
  provider: Pick<LocalIdentityProvider, "issuer" | "keys">,
  changes: TokenChanges = {},
): Promise<string> {
  const key = changes.key ?? provider.keys[0];
  if (key === undefined) throw new Error("the provider has no key");
  const now = Math.floor((changes.now ?? Date.now()) / 1000);
  const claims = {
    iss: provider.issuer,
    aud: "sallyport",
    sub: "alice",
    iat: now,
    exp: now + 600,
    groups: ["dba"],
    ...changes.claims,
  };
  const kid = key.kid === undefined ? {} : { kid: key.kid };
  const header = { alg: key.alg, typ: "JWT", ...kid, ...changes.header };
  return await new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
}
