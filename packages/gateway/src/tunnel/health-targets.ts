import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import type { StoreSnapshot } from "../store/store.ts";

/** What the agents of a group shall try now and then: a login to each of their connections, in the gateway's own name. */
export function healthTargets(snapshot: StoreSnapshot, group: string): readonly OpenSession[] {
  return [...snapshot.connections.values()]
    .filter(({ agentGroup }) => agentGroup === group)
    .map(({ connection, protocol, server, database, credential, options }) => ({
      session: "health",
      protocol,
      connection,
      server,
      database,
      credential,
      principal: "sallyport",
      settings: {},
      options,
    }));
}
