import { cutText } from "@sallyport/shared/bytes/cut-text";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";

/** Servers refuse a longer one. */
const MAX_BYTES = 128;

/**
 * Who acts and in which session, so that the server's views and logs say so and its operations can be found by it. The session
 * is in it whole.
 */
export function applicationName({ principal, session }: Pick<OpenSession, "principal" | "session">): string {
  const behind = ` ${session}`;
  return cutText(`sallyport ${principal}`, MAX_BYTES - Buffer.byteLength(behind)) + behind;
}
