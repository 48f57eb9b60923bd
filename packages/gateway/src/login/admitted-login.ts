import type { CancelKey } from "@sallyport/shared/adapter";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";
import type { Authorization } from "./authorize-login.ts";
import type { ProvenIdentity } from "./prove-identity.ts";

/** The connection that a login is made over. */
export interface LoginPeer {
  readonly address: string;
  readonly session: string;
  /** What the listener speaks; a connection of another protocol is not reached through it. */
  readonly protocol: string;
}

/** A login that was let in, before there is a server. */
export interface AuthorizedLogin extends Omit<ProvenIdentity, "connection">, Authorization {
  readonly session: string;
  /** What the client asked to set, through its adapter's allow-list. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A login that was welcomed. The caller owns the server session, and ends it at `expires` at the latest. */
export interface AdmittedLogin extends AuthorizedLogin {
  readonly serverSession: ServerSession;
  /** undefined where the protocol does not cancel by key. */
  readonly cancelKey: CancelKey | undefined;
}
