import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { ServerSession, Tunnel } from "@sallyport/shared/tunnel/tunnel";
import type { ConnectionDocument } from "../store/documents/connection.ts";
import type { TunnelRegistry } from "./tunnel-registry.ts";

/** Each that is tried was online a moment ago; where so many are lost at once something else is wrong. */
const MOST_TRIES = 3;

/** Nothing has run over a session that was never opened: another tunnel may have better luck. */
const triedElsewhere: ReadonlySet<ErrorCode> = new Set(["tunnel/agent-lost", "tunnel/no-agent"]);

/** A server that was opened, and by which way. */
export interface OpenedThrough extends ServerSession {
  readonly tunnel: Tunnel;
}

/** Opens a session of a connection by one of the tunnels to its agents. Throws `tunnel/no-agent`, or what an agent says. */
export async function openThrough(
  tunnels: Pick<TunnelRegistry, "choose">,
  place: Pick<ConnectionDocument, "agentGroup" | "connection">,
  request: OpenSession,
  signal: AbortSignal,
): Promise<OpenedThrough> {
  let lost: GatewayError | undefined;
  for (let tries = 1; ; tries += 1) {
    const tunnel = choose(tunnels, place, lost);
    try {
      return { ...(await tunnel.open(request, signal)), tunnel };
    } catch (reason) {
      lost = GatewayError.from(reason);
      if (tries === MOST_TRIES || signal.aborted || !triedElsewhere.has(lost.code)) throw lost;
    }
  }
}

/** Where there is no other tunnel, what became of the last one says more. */
function choose(
  tunnels: Pick<TunnelRegistry, "choose">,
  { agentGroup, connection }: Pick<ConnectionDocument, "agentGroup" | "connection">,
  lost: GatewayError | undefined,
): Tunnel {
  try {
    return tunnels.choose(agentGroup, connection);
  } catch (reason) {
    throw lost ?? reason;
  }
}
