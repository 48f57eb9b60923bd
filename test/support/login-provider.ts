import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { freePort } from "@sallyport/cli/servers/free-port";
import { Provider } from "oidc-provider";

/** Who the tokens of the provider are for. */
export const LOGIN_AUDIENCE = "sallyport-test";
export const LOGIN_CLIENT = "sallyport-cli";

const HOST = "127.0.0.1";
const ALGORITHM = "ES256";

/** An OpenID provider where people log in by name, whatever password they type. */
export interface LoginProvider extends AsyncDisposable {
  readonly issuer: string;
  /** How long the tokens live that are given from now on. */
  tokenSeconds: number;
}

/** Starts a provider with a public client for the command line. `groups` says what each person is in. */
export async function startLoginProvider(groups: Readonly<Record<string, readonly string[]>>): Promise<LoginProvider> {
  const port = await freePort();
  const issuer = `http://${HOST}:${port}`;
  const state = { issuer, tokenSeconds: 600 };
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const key = { ...privateKey.export({ format: "jwk" }), use: "sig", alg: ALGORITHM, kid: "login" };
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: LOGIN_CLIENT,
        token_endpoint_auth_method: "none",
        application_type: "native",
        grant_types: ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
        redirect_uris: [`http://${HOST}/callback`],
        response_types: ["code"],
        id_token_signed_response_alg: ALGORITHM,
      },
    ],
    jwks: { keys: [key] },
    ttl: {
      AuthorizationCode: 60,
      DeviceCode: 300,
      Grant: 3600,
      IdToken: 600,
      Interaction: 300,
      RefreshToken: 3600,
      Session: 3600,
    },
    cookies: { keys: [randomBytes(24).toString("base64url")] },
    scopes: ["openid", "profile", "offline_access"],
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    features: {
      devInteractions: { enabled: true },
      deviceFlow: { enabled: true },
      revocation: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "urn:sallyport:test",
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          audience: LOGIN_AUDIENCE,
          scope: "openid profile offline_access",
          accessTokenFormat: "jwt",
          accessTokenTTL: state.tokenSeconds,
          jwt: { sign: { alg: ALGORITHM } },
        }),
      },
    },
    extraTokenClaims: (_context, { accountId }) => ({ groups: groups[accountId ?? ""] ?? [] }),
  });
  const handle = provider.callback();
  const server = createServer((request, response) => {
    handle(request, response).catch((reason: unknown) =>
      response.destroy(reason instanceof Error ? reason : undefined),
    );
  });
  await new Promise<void>((listening) => {
    server.listen(port, HOST, listening);
  });
  return Object.assign(state, {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  });
}
