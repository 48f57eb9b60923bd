/** How every command of `sallyport` ends. Programs that a command starts, such as psql, end it with their own code. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command was typed wrongly. */
  usage: 2,
  notLoggedIn: 3,
  /** The gateway does not allow it. */
  refused: 4,
  /** The gateway, or what it needs for an answer, cannot be reached. */
  unreachable: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
