import { GatewayError } from "@sallyport/shared/errors";
import { quoted } from "../printable.ts";

const MAX_LENGTH = 128;

// what separates the parts of a user name, and what could make two names look alike in a log
const forbidden = /[~+/\p{C}\p{Zl}\p{Zp}]/u;

/** What keeps a text from being a principal's name, in words, or undefined. `~`, `+` and `/` have a meaning in user names. */
export function principalNameFault(name: string): string | undefined {
  if (name === "") return "it is empty";
  if (name.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  const found = forbidden.exec(name);
  if (found !== null) return `it contains ${quoted(found[0])}`;
  if (name.trim() !== name) return "it begins or ends with a space";
  // two spellings of one name would be two principals to a policy and one to its reader
  if (name.normalize("NFC") !== name) return "it is not in Unicode normal form C";
  return undefined;
}

/** Throws `login/failed` unless the name can be a principal's. */
export function assertPrincipalName(name: string, whence: string): void {
  const fault = principalNameFault(name);
  if (fault !== undefined)
    throw new GatewayError("login/failed", `${whence} ${quoted(name)} cannot name a principal: ${fault}`);
}
