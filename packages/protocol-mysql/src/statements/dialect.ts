import { GatewayError } from "@sallyport/shared/errors";

/** Whose SQL a text is in. The version is one number, as both servers compare it with their comments that execute: 90704, 101119. */
export interface Dialect {
  readonly flavour: "mysql" | "mariadb";
  readonly version: number;
}

/** MariaDB up to 10 puts this before its own version, for old replicas that expect a version of MySQL. */
const replicationPrefix = /^5\.5\.5-(?=\d+\.\d+\.\d+-MariaDB)/i;

/** They speak the protocol but read SQL by rules of their own. */
const otherServers = /tidb|vitess|oceanbase|memsql|singlestore|starrocks|doris|clickhouse/i;

const OLDEST_MYSQL = 80_000;
const OLDEST_MARIADB = 100_600;

/** Reads the version of a greeting. Throws `server/unsupported` for what is neither MySQL 8.0 nor MariaDB 10.6, or later. */
export function parseServerVersion(version: string): Dialect {
  const [, major, minor, patch, rest] =
    /^(\d{1,2})\.(\d{1,2})\.(\d{1,2})(?!\d)(.*)$/s.exec(version.replace(replicationPrefix, "")) ?? [];
  if (rest === undefined || otherServers.test(rest)) {
    throw new GatewayError("server/unsupported", "the server's version is not one of MySQL or MariaDB");
  }
  const flavour = /mariadb/i.test(rest) ? "mariadb" : "mysql";
  const number = Number(major) * 10_000 + Number(minor) * 100 + Number(patch);
  if (number < (flavour === "mysql" ? OLDEST_MYSQL : OLDEST_MARIADB)) {
    throw new GatewayError("server/unsupported", `${flavour} ${major}.${minor} is older than what is supported`);
  }
  return { flavour, version: number };
}
