import { isAscii } from "node:buffer";

const BACKSLASH = 0x5c;
const QUOTE = 0x27;

/**
 * Whether a text may mean something else to a server whose `standard_conforming_strings` or `client_encoding` is not what
 * we take it to be. A guess on the safe side: a backslash may stand in a string, and in some encodings any byte beyond
 * ASCII may be followed by one that ends a string.
 */
export function dependsOnSettings(text: Buffer): boolean {
  return !isAscii(text) || (text.includes(BACKSLASH) && text.includes(QUOTE));
}
