import type { Principal } from "@sallyport/shared/principal";
import type { Actor } from "./actor.ts";
import type { Page, PageRequest } from "./page.ts";

/** A principal that was seen, or revoked before it ever came. */
export interface PrincipalRow {
  readonly name: string;
  readonly kind: string;
  readonly issuer: string | undefined;
  readonly groups: readonly string[];
  readonly firstSeen: Date | undefined;
  readonly lastSeen: Date | undefined;
  readonly revokedAt: Date | undefined;
  readonly revokedBy: string | undefined;
}

/** Which principals. */
export interface PrincipalFilter {
  readonly kind?: string | undefined;
  readonly revoked?: boolean | undefined;
}

/** Whoever logged in, and who may no longer. */
export interface Principals {
  /** Notes a login. Never waits for the store and never fails: what cannot be noted now is noted later, or not at all. */
  seen(principal: Principal, issuer: string | undefined): void;
  find(name: string): Promise<PrincipalRow | undefined>;
  /** By name. */
  list(filter: PrincipalFilter, page: PageRequest): Promise<Page<PrincipalRow>>;
  /** From now on nobody of this name is let in, and the sessions there are end. False: it was revoked before. */
  revoke(name: string, actor: Actor): Promise<boolean>;
  /** False: it was not revoked. */
  restore(name: string, actor: Actor): Promise<boolean>;
}
