import { readFileSync } from "node:fs";
import type { Options } from "postgres";

/** A road's URL as the driver `postgres` wants it: left in the URL, what it does not know would be sent to the server. */
export function postgresOptions(url: string): Options<Record<string, never>> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url);
  const caFile = searchParams.get("sslrootcert");
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password,
    database: decodeURIComponent(pathname.slice(1)),
    ...(caFile === null ? {} : { ssl: { ca: readFileSync(caFile) } }),
    max: 1,
  };
}
