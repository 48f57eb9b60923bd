import type { Actor } from "./actor.ts";

/** An agent that enrolled. */
export interface EnrolledAgent {
  readonly name: string;
  readonly group: string;
  /** SHA-256 of its certificate, as agent documents write it. */
  readonly fingerprint: string;
  readonly serial: string;
  readonly expires: Date;
}

export interface AgentRow extends EnrolledAgent {
  readonly enrolledAt: Date;
  readonly enrolledBy: string;
  readonly renewedAt: Date | undefined;
  readonly revokedAt: Date | undefined;
}

/** What becomes of an agent's certificate when it is renewed. */
export type Renewal = Pick<EnrolledAgent, "fingerprint" | "serial" | "expires">;

/** The agents that enrolled. How one comes in is `EnrolmentTokens.use`. */
export interface Agents {
  list(): Promise<readonly AgentRow[]>;
  find(name: string): Promise<AgentRow | undefined>;
  /**
   * The certificate that the agent holds, by its fingerprint, stays good until the next renewal: that is the last one it was
   * given or the one before, where an answer was lost. False: there is no such agent, or it was revoked.
   */
  renew(name: string, renewal: Renewal, held: string): Promise<boolean>;
  /** Ends its tunnels. False: there is no such agent, or it was revoked before. */
  revoke(name: string, actor: Actor): Promise<boolean>;
}
