import type { Frame } from "@sallyport/shared/frame";
import { bodyOf } from "../messages/body.ts";
import { encodeMessage } from "../messages/encode-message.ts";
import { decodeErrorFields } from "../messages/error-response.ts";

const MESSAGE = "M";
const INSTEAD = "sallyport: the server's message is not shown, because the statement touches masked columns";

/** Fields of errors and notices that never hold a value of a row: severity, code, and the table that it is about. */
const shownFields: ReadonlySet<string> = new Set(["S", "V", "C", "s", "t"]);

/** Settings whose reports hold words of a fixed choice, whoever set them and from what. */
const shownSettings: ReadonlySet<string> = new Set([
  "client_encoding",
  "DateStyle",
  "default_transaction_read_only",
  "in_hot_standby",
  "integer_datetimes",
  "IntervalStyle",
  "is_superuser",
  "scram_iterations",
  "server_encoding",
  "server_version",
  "session_authorization",
  "standard_conforming_strings",
]);

/** A zone of the server's list. One that is spelled out, with letters of one's own and an offset, may hold anything. */
const listedZone = /^[A-Za-z]+(\/[A-Za-z0-9_+-]+)*$/;

/** An ErrorResponse or NoticeResponse of which only what cannot quote a masked value is left. */
export function hideTexts(frame: Frame): Buffer {
  const fields = decodeErrorFields(bodyOf(frame, "server/malformed"));
  return encodeMessage(String.fromCharCode(frame.tag), (writer) => {
    for (const [name, text] of fields) {
      const shown = name === MESSAGE ? INSTEAD : shownFields.has(name) ? text : undefined;
      if (shown !== undefined) writer.uint8(name.charCodeAt(0)).string(shown);
    }
    writer.uint8(0);
  });
}

/** Whether a setting's report may be passed on where masked values may have got into it. */
export function isShownSetting(name: string, value: string): boolean {
  return shownSettings.has(name) || (name === "TimeZone" && listedZone.test(value));
}
