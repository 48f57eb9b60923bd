import type { OpenSession } from "@sallyport/shared/tunnel/open-session";

/** Servers refuse a longer one. */
const MAX_BYTES = 128;

/**
 * Who acts and in which session, so that the server's views and logs say so and its operations can be found by it. The session
 * is in it whole.
 */
export function applicationName({ principal, session }: Pick<OpenSession, "principal" | "session">): string {
  const behind = ` ${session}`;
  return cut(`sallyport ${principal}`, MAX_BYTES - Buffer.byteLength(behind)) + behind;
}

/** Cuts a text between two characters. */
export function cut(text: string, maxBytes: number): string {
  let bytes = 0;
  let kept = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept;
}
