import type { AgentPresence } from "./doors/agent-presence.ts";
import type { Agents } from "./doors/agents.ts";
import type { Audit } from "./doors/audit.ts";
import type { Authorities } from "./doors/authority.ts";
import type { Control } from "./doors/control.ts";
import type { Credentials } from "./doors/credentials.ts";
import type { Documents } from "./doors/documents.ts";
import type { EnrolmentTokens } from "./doors/enrolment-tokens.ts";
import type { IdempotencyKeys } from "./doors/idempotency-keys.ts";
import type { Principals } from "./doors/principals.ts";
import type { Replicas } from "./doors/replicas.ts";
import type { Sessions } from "./doors/sessions.ts";
import type { SharedKeys } from "./doors/shared-keys.ts";
import type { Tickets } from "./doors/tickets.ts";
import type { Store } from "./store.ts";

/**
 * All that the gateway keeps. Each door's methods that return a promise ask the database, within a bound of time, and throw
 * `store/unavailable` when it does not answer; each change of them is one transaction with its audit. After a change has
 * resolved, `snapshot` of this replica shows it, and within a second that of every other.
 */
export interface StateStore extends Store {
  readonly documents: Documents;
  readonly tickets: Tickets;
  readonly agents: Agents;
  readonly agentPresence: AgentPresence;
  readonly enrolmentTokens: EnrolmentTokens;
  readonly authorities: Authorities;
  readonly credentials: Credentials;
  readonly principals: Principals;
  readonly sessions: Sessions;
  readonly replicas: Replicas;
  readonly audit: Audit;
  readonly idempotencyKeys: IdempotencyKeys;
  readonly sharedKeys: SharedKeys;
  readonly control: Control;
}
