/** What tests negotiate, bit by bit, in the words of the protocol's documents. */
export const flag = {
  MYSQL: 1 << 0,
  LONG_FLAG: 1 << 2,
  CONNECT_WITH_DB: 1 << 3,
  LOCAL_FILES: 1 << 7,
  PROTOCOL_41: 1 << 9,
  TRANSACTIONS: 1 << 13,
  SECURE_CONNECTION: 1 << 15,
  MULTI_STATEMENTS: 1 << 16,
  MULTI_RESULTS: 1 << 17,
  PS_MULTI_RESULTS: 1 << 18,
  PLUGIN_AUTH: 1 << 19,
  SESSION_TRACK: 1 << 23,
  DEPRECATE_EOF: 1 << 24,
  QUERY_ATTRIBUTES: 1 << 27,
} as const;

/** MariaDB's own, which travels apart. */
export const MARIADB_EXTENDED_METADATA = 1 << 3;

/** What every client of the last twenty years has. */
export const usualFlags =
  flag.MYSQL |
  flag.LONG_FLAG |
  flag.CONNECT_WITH_DB |
  flag.LOCAL_FILES |
  flag.PROTOCOL_41 |
  flag.TRANSACTIONS |
  flag.SECURE_CONNECTION |
  flag.MULTI_STATEMENTS |
  flag.MULTI_RESULTS |
  flag.PS_MULTI_RESULTS |
  flag.PLUGIN_AUTH;
