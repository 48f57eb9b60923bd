import type { Frame } from "@sallyport/shared/frame";
import type { TextFinder } from "@sallyport/shared/masks/find-in-text";
import { bodyOf } from "../messages/body.ts";
import { encodeMessage } from "../messages/encode-message.ts";
import { decodeErrorFields } from "../messages/error-response.ts";

const MESSAGE = "M";
const INSTEAD = "sallyport: the server's message is not shown, because the statement touches masked columns";

/** Fields of errors and notices that never hold a value of a row: severity, code, and the table that it is about. */
const shownFields: ReadonlySet<string> = new Set(["S", "V", "C", "s", "t"]);

/** Fields in which words of a row may stand: message, detail, hint, where, and the text that the server ran itself. */
const quotingFields: ReadonlySet<string> = new Set(["M", "D", "H", "W", "q"]);

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

/** The same with what a finder finds in its texts replaced; undefined: it finds nothing. */
export function replaceFinds(frame: Frame, finder: TextFinder): Buffer | undefined {
  const fields = [...decodeErrorFields(bodyOf(frame, "server/malformed"))];
  const replaced = fields.map(([name, text]) => (quotingFields.has(name) ? finder.replace(text) : undefined));
  if (replaced.every((text) => text === undefined)) return undefined;
  return encodeMessage(String.fromCharCode(frame.tag), (writer) => {
    for (const [index, [name, text]] of fields.entries())
      writer.uint8(name.charCodeAt(0)).string(replaced[index] ?? text);
    writer.uint8(0);
  });
}

/** Whether a setting's report may be passed on where masked values may have got into it. */
export function isShownSetting(name: string, value: string): boolean {
  return shownSettings.has(name) || (name === "TimeZone" && listedZone.test(value));
}
