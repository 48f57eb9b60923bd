import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { CommandFailure, systemErrorCode } from "../command-failure.ts";
import { demoPrincipals } from "./principals.ts";
import { writePrivate } from "./private-file.ts";

const HOST = "127.0.0.1";
const TOKEN_SECONDS = 24 * 3600;
const ALGORITHM = "ES256";
/** Who the demo's tokens are for. */
export const DEMO_AUDIENCE = "sallyport-demo";

/** A running OpenID provider on loopback. */
export interface DemoIdentityProvider {
  readonly issuer: string;
  /** An access token (JWT) of one of the demo's principals, got over HTTP by the client credentials grant; lives 24 hours. */
  tokenFor(principal: string): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts a real OpenID provider for the demo's principals. Its keys are kept in a file, so tokens that were pasted
 * somewhere outlive a restart.
 */
export async function startIdentityProvider(options: {
  readonly keyFile: string;
  readonly port: number;
}): Promise<DemoIdentityProvider> {
  // a quarter of a second, which only the demo pays
  const { Provider } = await import("oidc-provider");
  const issuer = `http://${HOST}:${options.port}`;
  const secrets = new Map<string, string>(
    demoPrincipals.map(({ name }) => [name, randomBytes(24).toString("base64url")]),
  );
  const provider = new Provider(issuer, {
    clients: [...secrets].map(([name, secret]) => ({
      client_id: name,
      client_secret: secret,
      grant_types: ["client_credentials"],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: ALGORITHM,
    })),
    jwks: { keys: [await signingKey(options.keyFile)] },
    adapter: () => nothingKept,
    ttl: { ClientCredentials: TOKEN_SECONDS },
    cookies: { keys: [randomBytes(24).toString("base64url")] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "urn:sallyport:demo",
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: DEMO_AUDIENCE,
          scope: "",
          accessTokenFormat: "jwt",
          accessTokenTTL: TOKEN_SECONDS,
          jwt: { sign: { alg: ALGORITHM } },
        }),
      },
    },
    extraTokenClaims: (_context, token) => claimsOf(token.clientId),
  });
  const handle = provider.callback();
  const server = createServer((request, response) => {
    handle(request, response).catch((reason: unknown) =>
      response.destroy(reason instanceof Error ? reason : undefined),
    );
  });
  await listen(server, options.port);
  return {
    issuer,
    tokenFor: (principal) => fetchToken(issuer, principal, secrets.get(principal) ?? ""),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** Where the library would keep sessions and opaque tokens. The demo's tokens carry everything in themselves. */
const nothingKept = {
  upsert: () => Promise.resolve(),
  find: () => Promise.resolve(undefined),
  findByUid: () => Promise.resolve(undefined),
  findByUserCode: () => Promise.resolve(undefined),
  consume: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
  revokeByGrantId: () => Promise.resolve(),
};

function claimsOf(name: string | undefined): Readonly<Record<string, unknown>> | undefined {
  const found = demoPrincipals.find((principal) => principal.name === name);
  if (found === undefined) return undefined;
  return {
    groups: found.groups,
    kind: found.kind,
    ...("onBehalfOf" in found ? { on_behalf_of: found.onBehalfOf } : {}),
  };
}

async function fetchToken(issuer: string, principal: string, secret: string): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: "POST",
    headers: { authorization: `Basic ${Buffer.from(`${principal}:${secret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const answer: unknown = await response.json();
  if (
    typeof answer === "object" &&
    answer !== null &&
    "access_token" in answer &&
    typeof answer.access_token === "string"
  ) {
    return answer.access_token;
  }
  throw new CommandFailure(
    `The demo's identity provider gave no token for ${principal}.`,
    `It answered ${JSON.stringify(answer)}.`,
  );
}

async function signingKey(file: string): Promise<object> {
  const kept: unknown = await readFile(file, "utf8")
    .then(JSON.parse)
    .catch(() => undefined);
  if (typeof kept === "object" && kept !== null) return kept;
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const made = {
    ...privateKey.export({ format: "jwk" }),
    use: "sig",
    alg: ALGORITHM,
    kid: randomBytes(8).toString("hex"),
  };
  await writePrivate(file, JSON.stringify(made));
  return made;
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((listening, failed) => {
    server.once("error", (reason) => {
      failed(
        systemErrorCode(reason) === "EADDRINUSE"
          ? new CommandFailure(
              `Port ${port} is taken, so the demo's identity provider cannot listen there.`,
              "Choose another port.",
              reason,
            )
          : reason,
      );
    });
    server.listen(port, HOST, listening);
  });
}
