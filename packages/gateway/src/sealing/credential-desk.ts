import type { Secret } from "@sallyport/shared/secret";
import type { Actor } from "../store/doors/actor.ts";
import type { CredentialRow } from "../store/doors/credentials.ts";

/** A credential as it comes in. */
export interface NewCredential {
  readonly name: string;
  /** The one connection that may use it; left out: any. */
  readonly connection?: string | undefined;
  readonly value: Secret<string>;
}

/** Credentials that the gateway keeps sealed and hands to an agent for one login. They are listed and removed by the store's door. */
export interface CredentialDesk {
  /** Seals it, in place of the one of that name. */
  put(credential: NewCredential, actor: Actor): Promise<CredentialRow>;
  /** For a login to a connection's server. Throws `sealing/unknown-credential`, also where it is another connection's, or `sealing/not-opened`. */
  open(name: string, connection: string): Promise<Secret<string>>;
}
