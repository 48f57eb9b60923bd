import { GatewayError } from "@sallyport/shared/errors";
import type { ServerSession } from "@sallyport/shared/tunnel/tunnel";

/** A server's settings take a few hundred bytes. A control message that is too large would end the tunnel with all of its sessions. */
const MAX_FACTS_BYTES = 64 * 1024;

/** Throws `server/malformed`, and drops the server, where it says more about itself than the gateway can be told: in an answer, or in a report of health. */
export function assertTellable({ facts, stream }: ServerSession): void {
  const texts = [facts.version, ...Object.entries(facts.settings).flat()];
  const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= MAX_FACTS_BYTES) return;
  const error = new GatewayError("server/malformed", `the server says ${bytes} bytes about itself at its login`);
  stream.destroy(error);
  throw error;
}
