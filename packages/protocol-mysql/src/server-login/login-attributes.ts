import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { ConnectionAttributes } from "../messages/connection-attributes.ts";
import { loginSetting } from "../server-facts.ts";

const PROGRAM_NAME = "program_name";

/** What the server's own views show of the session: what the client says of itself, and who acts in which session. */
export function loginAttributes({ principal, session, settings }: OpenSession): ConnectionAttributes {
  const client = clientAttributes(settings[loginSetting.attributes]);
  const named = client.some(([name]) => name === PROGRAM_NAME);
  return [
    ...client,
    ...(named ? [] : ([[PROGRAM_NAME, "sallyport"]] as const)),
    ["_sallyport_principal", principal],
    ["_sallyport_session", session],
  ];
}

/** What cannot be read is left out: it is only shown. */
function clientAttributes(json: string | undefined): ConnectionAttributes {
  if (json === undefined) return [];
  const attributes = parsed(json);
  if (typeof attributes !== "object" || attributes === null) return [];
  return Object.entries(attributes).flatMap(([name, value]: [string, unknown]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
