import { agentDocument } from "./agent.ts";
import { connectionDocument } from "./connection.ts";
import { identityProviderDocument } from "./identity-provider.ts";
import { policyDocument } from "./policy.ts";

/** Every kind of document there is. A document's first key is its kind, and that key's value its name. */
export const documentKinds = {
  connection: connectionDocument,
  identityProvider: identityProviderDocument,
  agent: agentDocument,
  policy: policyDocument,
} as const;

export type DocumentKind = keyof typeof documentKinds;

/** Whether a key is the first one of some kind of document. */
export function isDocumentKind(key: string): key is DocumentKind {
  return Object.hasOwn(documentKinds, key);
}
