import { GatewayError } from "@sallyport/shared/errors";
import type { PolicyEngine } from "../policy/policy-engine.ts";
import type { PolicyView, SessionLimits } from "../policy/policy-view.ts";
import { quoted } from "../printable.ts";
import type { ConnectionDocument } from "../store/documents/connection.ts";
import type { Store } from "../store/store.ts";
import type { ProvenIdentity } from "./prove-identity.ts";
import { revokedAmong } from "./revoked-among.ts";

/** A login that was proven and let in, before there is a server. */
export interface AuthorizedLogin extends Omit<ProvenIdentity, "connection"> {
  readonly connection: ConnectionDocument;
  /** The server's database; undefined where neither client nor connection names one. */
  readonly database: string | undefined;
  readonly policyView: PolicyView;
  readonly limits: SessionLimits;
}

/** Finds the connection and asks policy. A connection that is not there and one without access are the same `login/no-access` to the client, as is one of another protocol than the listener's. */
export function authorizeLogin(
  identity: ProvenIdentity,
  protocol: string,
  means: { readonly store: Store; readonly policy: PolicyEngine },
): AuthorizedLogin {
  const { principal } = identity;
  const { connections, revokedPrincipals } = means.store.snapshot();
  const revoked = revokedAmong(principal, revokedPrincipals);
  if (revoked !== undefined) throw noAccess(`the access of ${quoted(revoked)} was revoked`);
  const connection = connections.get(identity.connection);
  if (connection === undefined) {
    throw noAccess(
      `${quoted(principal.name)} asked for connection ${quoted(identity.connection)}, which is not registered`,
    );
  }
  const database = identity.database ?? connection.database;
  const policyView = means.policy.viewFor({
    principal,
    connection: connection.connection,
    database,
  });
  const limits = accessLimits(policyView);
  if (connection.protocol !== protocol) {
    throw noAccess(
      `connection ${quoted(connection.connection)} speaks ${quoted(connection.protocol)}, the client ${quoted(protocol)}`,
    );
  }
  return { ...identity, connection, database, policyView, limits };
}

/** The limits of the access that policy gives now. Throws `login/no-access` when it gives none. */
export function accessLimits(policyView: PolicyView): SessionLimits {
  const access = policyView.access();
  if (access.kind === "none") throw noAccess(access.because);
  return access.session;
}

function noAccess(reason: string): GatewayError {
  return new GatewayError("login/no-access", reason);
}
