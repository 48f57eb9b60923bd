import type { Principal } from "@sallyport/shared/principal";

/** Whose statements are decided, and against what. Fixed for a session. */
export interface PolicySubject {
  readonly principal: Principal;
  readonly connection: string;
  /** The server's database; undefined where neither client nor connection names one. */
  readonly database: string | undefined;
}
