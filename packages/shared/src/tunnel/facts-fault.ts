import { GatewayError } from "../errors.ts";
import type { ServerFacts } from "./open-session.ts";

/** A server's settings take a few hundred bytes. A control message that is too large would end the tunnel with all of its sessions. */
const MAX_FACTS_BYTES = 64 * 1024;
const MAX_VERSION_LENGTH = 256;

/**
 * Why facts are not to be passed on: a server, or an agent that was taken over, may say anything of itself, and some of it is
 * told to clients that have not logged in. Both ends of a tunnel ask.
 */
export function factsFault({ version, settings }: ServerFacts): GatewayError | undefined {
  const texts = [version, ...Object.entries(settings).flat()];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes > MAX_FACTS_BYTES) return malformed(`the server says ${bytes} bytes about itself at its login`);
  // where protocols end it with a NUL, whatever stands behind one would be taken for the greeting
  if (version.length > MAX_VERSION_LENGTH || /\p{Cc}/u.test(version))
    return malformed("the server's version is no text");
  return undefined;
}

function malformed(reason: string): GatewayError {
  return new GatewayError("server/malformed", reason);
}
