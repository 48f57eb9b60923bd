import { GatewayError } from "@sallyport/shared/errors";
import type { AuthorizedLogin } from "../login/authorize-login.ts";
import type { StoreSnapshot } from "../store/store.ts";

/** Throws `session/access-ended` once something that a login rested on, besides policy, is no longer in the store. */
export function assertStillAdmitted(
  { connection: { connection }, credential }: Pick<AuthorizedLogin, "connection" | "credential">,
  { connections, tickets, identityProviders }: StoreSnapshot,
): void {
  if (!connections.has(connection)) throw ended(`The connection ${connection} was removed.`);
  switch (credential.kind) {
    case "ticket":
      if (!tickets.has(credential.ticket)) throw ended(`The ticket ${credential.ticket} was withdrawn.`);
      return;
    case "token": {
      const { identityProvider } = credential;
      if (identityProviders.some((known) => known.identityProvider === identityProvider)) return;
      throw ended(`The identity provider ${identityProvider} was removed.`);
    }
  }
}

function ended(because: string): GatewayError {
  return new GatewayError("session/access-ended", because, { detail: because });
}
