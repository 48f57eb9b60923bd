import { cutText } from "@sallyport/shared/bytes/cut-text";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";

/** NAMEDATALEN - 1: the server cuts longer names itself, in the middle of a character if need be. */
const MAX_NAME_BYTES = 63;

/**
 * Sent with every login, so that they also win over ALTER ROLE and ALTER DATABASE: under other values statements mean
 * something else than what was judged.
 */
export const fixedSettings = { client_encoding: "UTF8", standard_conforming_strings: "on" } as const;

/**
 * Has the server look now and then whether its client is still there while it works for it. An agent that is killed cannot
 * cancel what its sessions run. PostgreSQL 13 and older do not know it, some systems cannot do it, poolers may not pass it on.
 */
export const watchSetting = { name: "client_connection_check_interval", value: "2s" } as const;

/** The parameters of our StartupMessage. `watched` asks for the watch on the connection. */
export function serverParameters(
  request: OpenSession,
  watched: boolean,
): readonly (readonly [name: string, value: string])[] {
  const settings = {
    ...request.settings,
    ...fixedSettings,
    ...(watched ? { [watchSetting.name]: watchSetting.value } : {}),
    application_name: applicationName(request),
  };
  const database = request.database === undefined ? [] : [["database", request.database] as const];
  return [["user", request.credential.user], ...database, ...Object.entries(settings)];
}

/** Who acts and in which session, so that the server's views and logs say so; then what the client calls itself. */
function applicationName({ principal, session, settings }: OpenSession): string {
  const own = settings["application_name"] ?? "";
  return cutText(`${principal} ${session} ${own}`.trimEnd(), MAX_NAME_BYTES);
}
