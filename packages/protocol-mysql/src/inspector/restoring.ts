import { encodeComQuery } from "../messages/com-query.ts";
import { encodePacket } from "../messages/encode-packet.ts";
import type { ResetModes } from "./session-modes.ts";

/**
 * The command behind a COM_RESET_CONNECTION. That takes the server's settings of the moment, which nobody tells us and which may
 * have changed since the login; what decides how texts are read is set to what is known, and told of again when it changes.
 */
export function restoring(
  { sqlMode, characterSet }: ResetModes,
  trackedVariables: string,
  hasAttributes: boolean,
): Buffer {
  const settings = [
    `session_track_system_variables = '${trackedVariables}'`,
    "session_track_schema = ON",
    `sql_mode = '${sqlMode}'`,
    `character_set_client = '${characterSet}'`,
  ];
  const text = `SET ${settings.map((each) => `SESSION ${each}`).join(", ")}`;
  return encodePacket(0, encodeComQuery(text, hasAttributes));
}
