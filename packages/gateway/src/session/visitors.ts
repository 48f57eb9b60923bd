import type { GatewayError } from "@sallyport/shared/errors";
import type { AdmittedLogin } from "../login/login-desk.ts";
import type { Principals } from "../store/doors/principals.ts";
import type { Sessions } from "../store/doors/sessions.ts";
import type { OpenedServer } from "./open-server.ts";

/** A session that was let in. */
export interface Visit {
  readonly session: string;
  readonly address: string;
  readonly protocol: string;
  readonly login: AdmittedLogin<OpenedServer>;
}

/** Notes who comes and goes. */
export interface Visitors {
  came(visit: Visit): void;
  /** Without a reason where client or server ended it in their own way. */
  left(session: string, reason: GatewayError | undefined, statements: number): void;
}

/** Notes them in the store, behind the sessions' backs. */
export function createVisitors(store: {
  readonly sessions: Pick<Sessions, "opened" | "closed">;
  readonly principals: Pick<Principals, "seen">;
}): Visitors {
  return {
    came({ session, address, protocol, login }) {
      const { principal, connection, database, server } = login;
      const issuer = principal.claims["iss"];
      store.principals.seen(principal, typeof issuer === "string" ? issuer : undefined);
      store.sessions.opened({
        id: session,
        principal: principal.name,
        onBehalfOf: principal.onBehalfOf,
        kind: principal.kind,
        connection: connection.connection,
        database,
        protocol,
        address,
        agent: server.agent ?? server.tunnel.agent,
        openedAt: new Date(),
      });
    },
    left: (session, reason, statements) => store.sessions.closed(session, reason?.code, statements),
  };
}
