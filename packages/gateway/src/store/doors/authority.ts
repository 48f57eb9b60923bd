import type { Actor } from "./actor.ts";

/** An authority of the gateway: agents trust its certificate, its key is sealed. */
export interface AuthorityRow {
  readonly id: string;
  /** PEM. */
  readonly certificate: string;
  readonly sealedKey: Buffer;
  /** Of the key it is sealed under. */
  readonly keyId: string;
  readonly createdAt: Date;
}

/** The gateway's own authorities. */
export interface Authorities {
  /** The newest, which signs, first. */
  list(): Promise<readonly AuthorityRow[]>;
  /** Makes the first one if there is none, however many replicas ask at once, and resolves to the one that signs. */
  ensure(make: () => Promise<Omit<AuthorityRow, "createdAt">>, actor: Actor): Promise<AuthorityRow>;
  add(authority: Omit<AuthorityRow, "createdAt">, actor: Actor): Promise<void>;
  /** Seals a key anew, under another key. */
  reseal(id: string, sealedKey: Buffer, keyId: string, actor: Actor): Promise<void>;
}
