import type { ClientHello } from "@sallyport/shared/adapter";
import type { ConnectionAttributes } from "../messages/connection-attributes.ts";
import { loginSetting } from "../server-facts.ts";

/** Attributes that only the agent may set. */
const OWN_ATTRIBUTE = "_sallyport";

/** What a client said of itself, in whichever message. */
export interface ClientIntroduction {
  readonly user: string;
  readonly database: string | undefined;
  readonly encrypted: boolean;
  /** As negotiated. */
  readonly capabilities: number;
  readonly mariadbCapabilities: number;
  readonly collation: number;
  readonly attributes: ConnectionAttributes;
}

/** Words it for the login desk, and for the agent, which logs in with what the client negotiated. */
export function clientHello(client: ClientIntroduction): ClientHello {
  const { user, database, encrypted, capabilities, mariadbCapabilities, collation, attributes } = client;
  return {
    user,
    database,
    encrypted,
    settings: {
      [loginSetting.capabilities]: String(capabilities),
      [loginSetting.mariadbCapabilities]: String(mariadbCapabilities),
      [loginSetting.collation]: String(collation),
      [loginSetting.attributes]: JSON.stringify(
        Object.fromEntries(attributes.filter(([name]) => !name.startsWith(OWN_ATTRIBUTE))),
      ),
    },
  };
}
