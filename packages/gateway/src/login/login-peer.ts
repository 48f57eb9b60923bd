/** The connection that a login is made over. */
export interface LoginPeer {
  readonly session: string;
  readonly address: string;
  /** What the listener speaks; a connection of another protocol is not reached through it. */
  readonly protocol: string;
  /** The one connection that the listener leads to, where it leads to one. */
  readonly listenerConnection: string | undefined;
}
