/** What client and server negotiate at login, one bit each. The first is off in MariaDB's greeting, which is how its extended ones are told. */
export const capability = {
  MYSQL: 1 << 0,
  FOUND_ROWS: 1 << 1,
  LONG_FLAG: 1 << 2,
  CONNECT_WITH_DB: 1 << 3,
  NO_SCHEMA: 1 << 4,
  COMPRESS: 1 << 5,
  ODBC: 1 << 6,
  LOCAL_FILES: 1 << 7,
  IGNORE_SPACE: 1 << 8,
  PROTOCOL_41: 1 << 9,
  INTERACTIVE: 1 << 10,
  SSL: 1 << 11,
  IGNORE_SIGPIPE: 1 << 12,
  TRANSACTIONS: 1 << 13,
  RESERVED: 1 << 14,
  SECURE_CONNECTION: 1 << 15,
  MULTI_STATEMENTS: 1 << 16,
  MULTI_RESULTS: 1 << 17,
  PS_MULTI_RESULTS: 1 << 18,
  PLUGIN_AUTH: 1 << 19,
  CONNECT_ATTRS: 1 << 20,
  PLUGIN_AUTH_LENENC_DATA: 1 << 21,
  CAN_HANDLE_EXPIRED_PASSWORDS: 1 << 22,
  SESSION_TRACK: 1 << 23,
  DEPRECATE_EOF: 1 << 24,
  OPTIONAL_RESULTSET_METADATA: 1 << 25,
  ZSTD_COMPRESSION: 1 << 26,
  QUERY_ATTRIBUTES: 1 << 27,
  MULTI_FACTOR_AUTHENTICATION: 1 << 28,
  CAPABILITY_EXTENSION: 1 << 29,
  SSL_VERIFY_SERVER_CERT: 1 << 30,
  REMEMBER_OPTIONS: 1 << 31,
} as const satisfies Readonly<Record<string, number>>;

/** MariaDB's own, which travel in bytes that MySQL leaves empty. */
export const mariadbCapability = {
  PROGRESS: 1 << 0,
  COM_MULTI: 1 << 1,
  STMT_BULK_OPERATIONS: 1 << 2,
  EXTENDED_METADATA: 1 << 3,
  CACHE_METADATA: 1 << 4,
  BULK_UNIT_RESULTS: 1 << 5,
} as const satisfies Readonly<Record<string, number>>;

/** Whether a flag is among these. */
export function hasCapability(flags: number, flag: number): boolean {
  return (flags & flag) !== 0;
}

/** Flags in one number, which is not negative whatever the highest bit is. */
export function flagsOf(...flags: readonly number[]): number {
  return flags.reduce((all, flag) => all | flag, 0) >>> 0;
}

/** What is left of flags without others. */
export function withoutFlags(flags: number, others: number): number {
  return (flags & ~others) >>> 0;
}

/** What both sides have. */
export function commonFlags(flags: number, others: number): number {
  return (flags & others) >>> 0;
}
