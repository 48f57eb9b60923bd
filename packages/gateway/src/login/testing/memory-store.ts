import { connectionDocument, type ConnectionDocument } from "../../store/documents/connection.ts";
import { identityProviderDocument, type IdentityProviderDocument } from "../../store/documents/identity-provider.ts";
import { policyDocument, type PolicyDocument } from "../../store/documents/policy.ts";
import type { Store, StoreSnapshot } from "../../store/store.ts";
import type { Ticket } from "../../tickets/ticket.ts";

/** What a test puts into a store, as an operator would write it. */
export interface Documents {
  readonly connections?: readonly ConnectionDocument[];
  readonly identityProviders?: readonly IdentityProviderDocument[];
  readonly policies?: readonly PolicyDocument[];
  readonly tickets?: readonly Ticket[];
  readonly revokedPrincipals?: readonly string[];
}

/** A store in memory whose documents a test replaces as a whole. */
export interface MemoryStore extends Store {
  replace(documents: Documents): void;
}

export function createMemoryStore(documents: Documents = {}): MemoryStore {
  let version = 0;
  let current = snapshotOf(documents, version);
  const listeners = new Set<() => void>();
  return {
    snapshot: () => current,
    assertReachable: () => undefined,
    catchUp: () => Promise.resolve(),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    replace(next) {
      version += 1;
      current = snapshotOf(next, version);
      for (const listener of listeners) listener();
    },
    async [Symbol.asyncDispose]() {
      listeners.clear();
    },
  };
}

function snapshotOf(documents: Documents, version: number): StoreSnapshot {
  const { connections = [], identityProviders = [], policies = [], tickets = [], revokedPrincipals = [] } = documents;
  return {
    version: String(version),
    connections: new Map(connections.map((document) => [document.connection, document])),
    identityProviders,
    agents: [],
    policies,
    tickets: new Map(tickets.map((ticket) => [ticket.name, ticket])),
    revokedPrincipals: new Set(revokedPrincipals),
  };
}

export function providerDocument(fields: Readonly<Record<string, unknown>>): IdentityProviderDocument {
  return identityProviderDocument.parse({
    identityProvider: "local",
    audience: "sallyport",
    algorithms: ["ES256", "RS256", "EdDSA"],
    ...fields,
  });
}

export function connectionNamed(
  connection: string,
  fields: Readonly<Record<string, unknown>> = {},
): ConnectionDocument {
  return connectionDocument.parse({
    connection,
    protocol: "pg",
    agentGroup: "default",
    server: { host: "db.internal", port: 5432 },
    credential: { user: "app" },
    ...fields,
  });
}

export function policyNamed(policy: string, fields: Readonly<Record<string, unknown>>): PolicyDocument {
  return policyDocument.parse({ policy, rules: [{ allow: ["read"] }], ...fields });
}
