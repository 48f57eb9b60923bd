/** The state of a session as a server reports it with every result, one bit each. */
export const statusFlag = {
  IN_TRANSACTION: 0x0001,
  AUTOCOMMIT: 0x0002,
  MORE_RESULTS: 0x0008,
  CURSOR_EXISTS: 0x0040,
  LAST_ROW_SENT: 0x0080,
  NO_BACKSLASH_ESCAPES: 0x0200,
  PS_OUT_PARAMS: 0x1000,
  SESSION_STATE_CHANGED: 0x4000,
  /** MariaDB's own. */
  ANSI_QUOTES: 0x8000,
} as const satisfies Readonly<Record<string, number>>;
