import { factsFault } from "./facts-fault.ts";
import type { ServerSession } from "./tunnel.ts";

/** Throws `server/malformed`, and drops the server, where it says of itself what the gateway is not told: in an answer, or in a report of health. */
export function assertTellable({ facts, stream }: ServerSession): void {
  const fault = factsFault(facts);
  if (fault === undefined) return;
  stream.destroy(fault);
  throw fault;
}
