import * as oidc from "openid-client";
import type { LoginOption } from "@sallyport/gateway/api/contract/login-options";
import { CommandFailure } from "../../command-failure.ts";
import { exitCodes } from "../../exit-codes.ts";

const loopback = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** What the provider says of itself, as the public client that the gateway named. */
export async function discoverProvider({ issuer, clientId }: LoginOption): Promise<oidc.Configuration> {
  const url = new URL(issuer);
  const plain = url.protocol === "http:" && loopback.has(url.hostname);
  try {
    // a provider on this very host, as in the demo
    const options = plain ? { execute: [oidc.allowInsecureRequests] } : {};
    return await oidc.discovery(url, clientId, undefined, oidc.None(), options);
  } catch (cause) {
    throw providerFailure(issuer, cause);
  }
}

/** What went wrong with an identity provider. Nothing of tokens is in it. */
export function providerFailure(issuer: string, reason: unknown): CommandFailure {
  if (reason instanceof CommandFailure) return reason;
  if (reason instanceof oidc.AuthorizationResponseError)
    return new CommandFailure(
      `${issuer} did not log you in: ${reason.error}${said(reason.error_description)}.`,
      "Log in again, or ask the provider's administrator.",
      reason,
      exitCodes.refused,
    );
  if (reason instanceof oidc.ResponseBodyError) {
    const { error, error_description: description } = reason;
    const advice =
      advices[error] ?? "Ask the provider's administrator: the client of the command line must be registered there.";
    return new CommandFailure(
      `${issuer} refused: ${error}${said(description)}.`,
      advice,
      reason,
      error === "invalid_grant" ? exitCodes.notLoggedIn : exitCodes.refused,
    );
  }
  return new CommandFailure(
    `The identity provider ${issuer} cannot be used: ${reasonOf(reason)}.`,
    "Check that it can be reached from here (a private authority: NODE_EXTRA_CA_CERTS), and try again.",
    reason,
    exitCodes.unreachable,
  );
}

const advices: Readonly<Record<string, string>> = {
  invalid_grant: "Your login has ended there. Log in again: sallyport login",
  access_denied: "Log in again, and confirm it this time.",
  expired_token: "It took too long. Log in again: sallyport login --device",
  invalid_scope:
    "The identity provider's document asks for scopes (login.scopes) that the provider does not give this client.",
};

function said(description: string | undefined): string {
  return description === undefined || description === "" ? "" : ` (${description})`;
}

function reasonOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason);
  return reason.cause instanceof Error ? `${reason.message}: ${reason.cause.message}` : reason.message;
}
