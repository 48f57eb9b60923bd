import type { Placed, SnapshotDraft } from "./snapshot-draft.ts";
import type { StoreSnapshot } from "./store.ts";

/** What a snapshot has of documents. */
export type SnapshotDocuments = Pick<StoreSnapshot, "connections" | "identityProviders" | "agents" | "policies">;

/** The documents of a draft, or all that stands in their way. One faulty document spoils it: nothing is allowed on half a policy. */
export type FinishedDraft =
  | { readonly kind: "complete"; readonly documents: SnapshotDocuments }
  | { readonly kind: "faulty"; readonly problems: readonly string[] };

/** Checks what no document shows by itself, and puts the documents in order. */
export function finishDraft(draft: SnapshotDraft, protocols: readonly string[]): FinishedDraft {
  checkTogether(draft, protocols);
  if (draft.problems.length > 0) return { kind: "faulty", problems: draft.problems };
  return {
    kind: "complete",
    documents: {
      connections: new Map(draft.connection.map(({ document }) => [document.connection, document])),
      identityProviders: byName(draft.identityProvider, (document) => document.identityProvider),
      agents: byName(draft.agent, (document) => document.agent),
      policies: byName(draft.policy, (document) => document.policy),
    },
  };
}

function checkTogether(draft: SnapshotDraft, protocols: readonly string[]): void {
  const { problems } = draft;
  checkUnique(problems, draft.connection, (document) => `the connection "${document.connection}"`);
  checkUnique(problems, draft.identityProvider, (document) => `the identityProvider "${document.identityProvider}"`);
  checkUnique(problems, draft.agent, (document) => `the agent "${document.agent}"`);
  checkUnique(
    problems,
    draft.agent,
    (document) => `the certificate of agent "${document.agent}"`,
    (d) => d.certificate,
  );
  checkUnique(problems, draft.policy, (document) => `the policy "${document.policy}"`);
  for (const { place, document } of draft.connection) {
    if (protocols.includes(document.protocol)) continue;
    const known = `this gateway speaks ${protocols.join(", ")}`;
    problems.push(
      `${place}: connection "${document.connection}": protocol: "${document.protocol}" is not known; ${known}.`,
    );
  }
}

function checkUnique<T>(
  problems: string[],
  documents: readonly Placed<T>[],
  describe: (document: T) => string,
  key: (document: T) => string = describe,
): void {
  const seen = new Map<string, string>();
  for (const { place, document } of documents) {
    const earlier = seen.get(key(document));
    if (earlier === undefined) seen.set(key(document), place);
    else problems.push(`${place}: ${describe(document)} is also in ${earlier}; keep one of them.`);
  }
}

function byName<T>(documents: readonly Placed<T>[], name: (document: T) => string): readonly T[] {
  return documents.map(({ document }) => document).toSorted((a, b) => (name(a) < name(b) ? -1 : 1));
}
