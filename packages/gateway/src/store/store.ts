import type { AgentDocument } from "./documents/agent.ts";
import type { ConnectionDocument } from "./documents/connection.ts";
import type { IdentityProviderDocument } from "./documents/identity-provider.ts";
import type { PolicyDocument } from "./documents/policy.ts";
import type { Ticket } from "../tickets/ticket.ts";

/** An agent that may dial in. */
export interface KnownAgent extends AgentDocument {
  /** Of one that enrolled: which of its enrolments this is. Its certificates follow one another, and are all the same agent. */
  readonly enrolment?: string | undefined;
}

/** Everything the gateway is told by its operators, at one moment. Immutable; a change makes a new one. */
export interface StoreSnapshot {
  /** Changes whenever any document does. */
  readonly version: string;
  readonly connections: ReadonlyMap<string, ConnectionDocument>;
  readonly identityProviders: readonly IdentityProviderDocument[];
  readonly agents: readonly KnownAgent[];
  readonly policies: readonly PolicyDocument[];
  /** By user name. */
  readonly tickets: ReadonlyMap<string, Ticket>;
  /** The names of those who may not come in, whatever they present. */
  readonly revokedPrincipals: ReadonlySet<string>;
}

/** What the gateway is told. Reading is from memory, so it may be asked on every statement. */
export interface Store extends AsyncDisposable {
  /** Throws `policy/unavailable` while any document is unreadable: nothing is allowed on half a policy. */
  snapshot(): StoreSnapshot;
  /** Throws `store/unavailable` while what was changed elsewhere may not be known here. Nobody new is let in then; sessions go on under what is known. */
  assertReachable(): void;
  /** Resolves when everything that was changed before the call, at whatever replica, is known here; or the store is away. */
  catchUp(): Promise<void>;
  /** Calls back after every change, also into and out of being unreadable. Returns how to stop. */
  onChange(listener: () => void): () => void;
}
