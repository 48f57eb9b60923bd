import type { Actor } from "./actor.ts";

/** A credential as people may see it. */
export interface CredentialRow {
  readonly name: string;
  /** The one connection it is for; undefined: any. */
  readonly connection: string | undefined;
  /** Of the key it is sealed under. */
  readonly keyId: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly revision: number;
}

export interface SealedCredential extends CredentialRow {
  readonly sealed: Buffer;
}

/** Sealed secrets for servers: they go in and are used, and nobody reads them back. */
export interface Credentials {
  list(): Promise<readonly CredentialRow[]>;
  /** For a session that is being opened, and for sealing anew. */
  find(name: string): Promise<SealedCredential | undefined>;
  put(
    credential: Pick<SealedCredential, "name" | "connection" | "sealed" | "keyId">,
    actor: Actor,
  ): Promise<CredentialRow>;
  /** False: there is none of that name. */
  remove(name: string, actor: Actor): Promise<boolean>;
  /** Under another key. False: it was changed since that revision, or is gone. */
  reseal(name: string, revision: number, sealed: Buffer, keyId: string, actor: Actor): Promise<boolean>;
}
