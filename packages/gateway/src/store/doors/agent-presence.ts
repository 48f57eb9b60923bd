/** An agent's tunnel to one replica. */
export interface PresentAgent {
  readonly agent: string;
  readonly group: string;
  /** The run of the agent's process. */
  readonly instance: string;
  readonly epoch: number;
  readonly since: Date;
  readonly lastEcho: Date;
  /** Of the connections it serves, by name: what its health checks found. */
  readonly health: Readonly<Record<string, unknown>>;
}

export interface PresenceRow extends PresentAgent {
  readonly replica: string;
}

/** Who is online where. Rows of a replica go with it. */
export interface AgentPresence {
  /** In place of all that this replica said before. */
  report(replica: string, present: readonly PresentAgent[]): Promise<void>;
  list(): Promise<readonly PresenceRow[]>;
}
