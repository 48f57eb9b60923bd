import { GatewayError } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import {
  capability,
  commonFlags,
  flagsOf,
  hasCapability,
  mariadbCapability,
  withoutFlags,
} from "../messages/capabilities.ts";
import type { HandshakeV10 } from "../messages/handshake-v10.ts";
import { loginSetting, numberIn } from "../server-facts.ts";

/** Without these nothing here works: SESSION_TRACK is how changes of a session that decide what its texts mean are noticed. */
const indispensable = flagsOf(
  capability.PROTOCOL_41,
  capability.SECURE_CONNECTION,
  capability.PLUGIN_AUTH,
  capability.SESSION_TRACK,
);

/** What a client negotiated and now counts on: it changes what is on the wire, or what statements do. */
const countedOn = flagsOf(
  capability.FOUND_ROWS,
  capability.IGNORE_SPACE,
  capability.MULTI_STATEMENTS,
  capability.MULTI_RESULTS,
  capability.PS_MULTI_RESULTS,
  capability.DEPRECATE_EOF,
  capability.QUERY_ATTRIBUTES,
);

/** What is passed on where the server has it, and is no loss where it has not. */
const passedOn = flagsOf(
  capability.MYSQL,
  capability.LONG_FLAG,
  capability.ODBC,
  capability.LOCAL_FILES,
  capability.INTERACTIVE,
  capability.TRANSACTIONS,
);

/** What the agent asks for on its own account. */
const own = flagsOf(indispensable, capability.PLUGIN_AUTH_LENENC_DATA, capability.CONNECT_ATTRS);

/** What a login is made with where there is no client, as for a look at the server's health. */
const withoutClient = flagsOf(capability.LONG_FLAG, capability.TRANSACTIONS, capability.DEPRECATE_EOF);

export interface LoginFlags {
  readonly capabilities: number;
  readonly mariadbCapabilities: number;
}

/** What the agent logs in with for this client. Throws `server/unsupported` where the server cannot keep what the client was promised. */
export function loginFlags({ settings, database, server }: OpenSession, greeting: HandshakeV10): LoginFlags {
  const asked = numberIn(settings, loginSetting.capabilities);
  const wanted = asked ?? commonFlags(withoutClient, greeting.capabilities);
  assertOffered(flagsOf(indispensable, commonFlags(wanted, countedOn)), greeting.capabilities, capability);
  const extended = numberIn(settings, loginSetting.mariadbCapabilities) ?? 0;
  assertOffered(extended, greeting.mariadbCapabilities, mariadbCapability);
  return {
    capabilities: flagsOf(
      commonFlags(wanted, countedOn),
      commonFlags(greeting.capabilities, flagsOf(commonFlags(wanted, passedOn), own)),
      database === undefined ? 0 : capability.CONNECT_WITH_DB,
      server.tls === "disable" ? 0 : capability.SSL,
    ),
    mariadbCapabilities: extended,
  };
}

function assertOffered(wanted: number, offered: number, names: Readonly<Record<string, number>>): void {
  const missing = withoutFlags(wanted, offered);
  if (missing === 0) return;
  const named = Object.entries(names).flatMap(([name, flag]) => (hasCapability(missing, flag) ? [name] : []));
  throw new GatewayError("server/unsupported", `the server does not offer ${named.join(", ")}`, {
    detail: `The server does not have what the client negotiated or the gateway needs: ${named.join(", ")}.`,
  });
}
