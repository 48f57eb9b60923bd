import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { StoreSnapshot } from "../store/store.ts";

/** A login that nobody asked for, to see how a server is. */
export type HealthTarget = OpenSession & { readonly agentGroup: string };

/** What the agents of a group shall try now and then: a login to each of their connections, in the gateway's own name. */
export function healthTargets(snapshot: StoreSnapshot, group: string): readonly HealthTarget[] {
  return [...snapshot.connections.values()]
    .filter(({ agentGroup }) => agentGroup === group)
    .map(({ connection, protocol, agentGroup, server, database, credential, options }) => ({
      session: "health",
      protocol,
      connection,
      agentGroup,
      server,
      database,
      credential,
      principal: "sallyport",
      settings: {},
      options,
    }));
}
