/** The connection that a login is made over. */
export interface LoginPeer {
  readonly session: string;
  readonly address: string;
  /** What the listener speaks; a connection of another protocol is not reached through it. */
  readonly protocol: string;
}
