import type { Actor } from "./actor.ts";
import type { EnrolledAgent } from "./agents.ts";

export interface EnrolmentTokenRow {
  readonly id: string;
  readonly group: string;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expires: Date;
  readonly usedAt: Date | undefined;
  /** The agent that came in by it. */
  readonly usedBy: string | undefined;
}

/** A new token; of its secret only a SHA-256 is kept. */
export interface NewEnrolmentToken {
  readonly id: string;
  readonly hash: Buffer;
  readonly group: string;
  readonly expires: Date;
}

/** One-time tokens by which agents enrol. */
export interface EnrolmentTokens {
  add(token: NewEnrolmentToken, actor: Actor): Promise<void>;
  /** Newest first, without those that were taken back. */
  list(): Promise<readonly EnrolmentTokenRow[]>;
  /** False: there is no such token, or it was used or taken back before. */
  revoke(id: string, actor: Actor): Promise<boolean>;
  /**
   * Uses a token up and keeps the agent that `enrol` makes of it, both or neither, so that an agent whose request failed may
   * come again. `enrol` should take milliseconds: others who come with the same token wait for it. Undefined: there is no
   * such token, it has expired, or it was used. An agent of that name that is there already is `store/conflict`.
   */
  use(
    hash: Buffer,
    enrol: (token: EnrolmentTokenRow) => Promise<EnrolledAgent>,
    address: string,
  ): Promise<EnrolledAgent | undefined>;
}
