import { createServer, type Server, type ServerResponse } from "node:http";
import * as oidc from "openid-client";
import type { LoginOption } from "@sallyport/gateway/api/contract/login-options";
import { CommandFailure, systemErrorCode } from "../../command-failure.ts";
import { exitCodes } from "../../exit-codes.ts";
import type { GivenTokens } from "./choose-token.ts";
import { discoverProvider, providerFailure } from "./identity-provider.ts";

/** How a browser login is done. */
export interface BrowserLoginOptions {
  /** Shows the URL to the person, or opens it. */
  readonly open: (url: string) => void;
  /** 0: any. */
  readonly port: number;
  readonly timeoutMs?: number;
}

const HOST = "127.0.0.1";
const PATH = "/callback";
const FIVE_MINUTES_MS = 300_000;

/** Logs in with the browser: authorization code with PKCE, whose answer comes back to a port of this host (RFC 8252). */
export async function loginWithBrowser(option: LoginOption, options: BrowserLoginOptions): Promise<GivenTokens> {
  const provider = await discoverProvider(option);
  const answered = Promise.withResolvers<URL>();
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", redirectUri(server));
    if (request.method !== "GET" || url.pathname !== PATH) {
      answer(response, 404, "There is nothing here.");
      return;
    }
    if (url.searchParams.get("state") !== state) {
      answer(response, 400, "This is not the login that was begun here.");
      return;
    }
    const refused = url.searchParams.has("error");
    answer(response, 200, refused ? "You were not logged in. The terminal says why." : "You may close this page.");
    answered.resolve(url);
  });
  const state = oidc.randomState();
  const nonce = oidc.randomNonce();
  const verifier = oidc.randomPKCECodeVerifier();
  await listen(server, options.port);
  const timer = setTimeout(() => answered.reject(tookTooLong()), options.timeoutMs ?? FIVE_MINUTES_MS);
  try {
    const url = oidc.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri(server),
      scope: option.scopes.join(" "),
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
      state,
      nonce,
      // without it some providers give no refresh token
      ...(option.scopes.includes("offline_access") ? { prompt: "consent" } : {}),
    });
    options.open(url.href);
    const expected = option.scopes.includes("openid") ? { expectedNonce: nonce } : {};
    return await oidc.authorizationCodeGrant(provider, await answered.promise, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      ...expected,
    });
  } catch (reason) {
    throw providerFailure(option.issuer, reason);
  } finally {
    clearTimeout(timer);
    server.close();
    server.closeAllConnections();
  }
}

function redirectUri(server: Server): string {
  const address = server.address();
  return `http://${HOST}:${address !== null && typeof address === "object" ? address.port : 0}${PATH}`;
}

function answer(response: ServerResponse, status: number, text: string): void {
  const page = `<!doctype html><meta charset="utf-8"><title>sallyport</title><p>${text}</p>\n`;
  response.writeHead(status, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": "default-src 'none'",
    // the page's address holds the code
    "referrer-policy": "no-referrer",
    connection: "close",
  });
  response.end(page);
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (reason) =>
      reject(
        systemErrorCode(reason) === "EADDRINUSE"
          ? new CommandFailure(`Port ${port} is taken.`, "Choose another one with --redirect-port.", reason)
          : reason,
      ),
    );
    server.listen(port, HOST, resolve);
  });
}

function tookTooLong(): CommandFailure {
  return new CommandFailure(
    "Nobody logged in within five minutes.",
    "Try again; without a browser on this host: sallyport login --device",
    undefined,
    exitCodes.notLoggedIn,
  );
}
