/** The single-use value without which no statement reaches the server. Only the gateway's policy gate mints permits. */
export interface Permit {
  /** Names the statement in the session's recording. */
  readonly id: string;
  /** Uses the permit up; a second call throws. An inspector calls it as it lets the statement pass. */
  spend(): void;
}
