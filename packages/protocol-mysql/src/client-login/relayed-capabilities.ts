import { capability, flagsOf, mariadbCapability } from "../messages/capabilities.ts";

/**
 * What a client is never offered, whatever the server has: compression, results without their columns (either would hide what is
 * relayed), names without schemas (it changes what texts mean), and what concerns the server's account, which is not the client's.
 */
export const notRelayed = flagsOf(
  capability.COMPRESS,
  capability.ZSTD_COMPRESSION,
  capability.OPTIONAL_RESULTSET_METADATA,
  capability.NO_SCHEMA,
  capability.CAN_HANDLE_EXPIRED_PASSWORDS,
  capability.MULTI_FACTOR_AUTHENTICATION,
  capability.CAPABILITY_EXTENSION,
);

/** What the gateway does itself, so that every client is offered it. */
export const ownCapabilities = flagsOf(
  capability.PROTOCOL_41,
  capability.SECURE_CONNECTION,
  capability.PLUGIN_AUTH,
  capability.PLUGIN_AUTH_LENENC_DATA,
  capability.CONNECT_WITH_DB,
  capability.CONNECT_ATTRS,
  capability.SSL,
);

/** Of MariaDB's own only what adds to a column's description: progress reports, bulk commands and cached columns change the stream of rows. */
export const relayedFromMariadb = flagsOf(mariadbCapability.EXTENDED_METADATA);

/** What every server has that is new enough to be served: MySQL from 5.7, MariaDB from 10.2. */
export const commonCapabilities = flagsOf(
  ownCapabilities,
  capability.MYSQL,
  capability.FOUND_ROWS,
  capability.LONG_FLAG,
  capability.ODBC,
  capability.LOCAL_FILES,
  capability.IGNORE_SPACE,
  capability.INTERACTIVE,
  capability.IGNORE_SIGPIPE,
  capability.TRANSACTIONS,
  capability.RESERVED,
  capability.MULTI_STATEMENTS,
  capability.MULTI_RESULTS,
  capability.PS_MULTI_RESULTS,
  capability.SESSION_TRACK,
  capability.DEPRECATE_EOF,
);
