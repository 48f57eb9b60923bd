export interface ReplicaRow {
  readonly id: string;
  /** Where other replicas reach its relay; undefined: it has none. */
  readonly relayAddress: string | undefined;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly draining: boolean;
}

/** The processes of the gateway. One that is alive says so by itself; one that no longer does is taken out by the others, with its sessions. */
export interface Replicas {
  /** This one. */
  readonly own: string;
  list(): Promise<readonly ReplicaRow[]>;
  /** What the others shall know of this one, from now on. */
  announce(about: { readonly relayAddress?: string | undefined; readonly draining?: boolean }): Promise<void>;
}
