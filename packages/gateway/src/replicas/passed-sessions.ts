import { GatewayError } from "@sallyport/shared/errors";
import type { SessionOpener, Tunnel } from "@sallyport/shared/tunnel/tunnel";
import type { TunnelRegistry } from "../tunnel/tunnel-registry.ts";

/**
 * What a replica serves to another: sessions of its own agents. It copies bytes and decides nothing: who may open a session, and
 * what may be said in it, the other has decided and goes on deciding.
 */
export function createPassedSessions(tunnels: Pick<TunnelRegistry, "chooseAgent">): SessionOpener {
  const passed = new Map<string, Tunnel>();
  const choose = (group: string | undefined, connection: string): Tunnel => {
    // never over a third replica: two that each take the other for the way to an agent would pass a session on for ever
    const tunnel = group === undefined ? undefined : tunnels.chooseAgent(group, connection);
    if (tunnel !== undefined) return tunnel;
    throw new GatewayError("tunnel/no-agent", `no agent of group ${group ?? "(none)"} is online at this replica`);
  };
  return {
    open: async (request, signal) => {
      const tunnel = choose(request.agentGroup, request.connection);
      const server = await tunnel.open(request, signal);
      passed.set(request.session, tunnel);
      void server.stream.closed.then(() => {
        if (passed.get(request.session) === tunnel) passed.delete(request.session);
      });
      return { ...server, agent: tunnel.agent };
    },
    cancel: async (session) => {
      await passed.get(session)?.cancel(session);
    },
  };
}
