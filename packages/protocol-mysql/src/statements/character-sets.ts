import { isUtf8 } from "node:buffer";

/**
 * The sets in which every ASCII byte is that ASCII character wherever it stands, with the decoder that reads them. All others
 * (gbk, big5, sjis, cp932, gb18030, utf16, swe7, …) may swallow a backslash or a quote, so that a text ends elsewhere than it seems.
 */
const followed: ReadonlyMap<string, string> = new Map([
  ["utf8", "utf-8"],
  ["utf8mb3", "utf-8"],
  ["utf8mb4", "utf-8"],
  ["ascii", "ascii"],
  ["binary", "bytes"],
  ["latin1", "windows-1252"],
  ["latin2", "iso-8859-2"],
  ["latin5", "windows-1254"],
  ["latin7", "iso-8859-13"],
  ["cp1250", "windows-1250"],
  ["cp1251", "windows-1251"],
  ["cp1256", "windows-1256"],
  ["cp1257", "windows-1257"],
  ["cp866", "ibm866"],
  ["koi8r", "koi8-r"],
  ["koi8u", "koi8-u"],
  ["greek", "iso-8859-7"],
  ["hebrew", "iso-8859-8"],
  ["macroman", "macintosh"],
]);

/** Whether a text in this set can be read byte by byte. */
export function isFollowedCharacterSet(name: string): boolean {
  return followed.has(name.toLowerCase());
}

/** Whether letters beyond ASCII may stand in a name without quotes: only where no byte of them is a blank or a symbol to the server. */
export function isUnicode(characterSet: string): boolean {
  return followed.get(characterSet) === "utf-8";
}

/** Whether the bytes are characters of the set; the server's own reading of others differs by version. */
export function isValidText(bytes: Buffer, characterSet: string): boolean {
  switch (followed.get(characterSet)) {
    case undefined:
      return false;
    case "utf-8":
      return isUtf8(bytes);
    case "ascii":
      return bytes.every((byte) => byte < 0x80);
    default:
      return true;
  }
}

/** The text of bytes that are valid in the set. Bytes of `binary` are shown as the characters of their numbers. */
export function decodeText(bytes: Buffer, characterSet: string): string {
  const decoder = followed.get(characterSet);
  if (decoder === undefined || decoder === "bytes" || decoder === "ascii") return bytes.toString("latin1");
  return decoder === "utf-8" ? bytes.toString("utf8") : new TextDecoder(decoder).decode(bytes);
}
