import { createHash } from "node:crypto";
import { parseDocuments } from "./parse-documents.ts";
import { addDocument, createDraft, type Placed, type SnapshotDraft } from "./snapshot-draft.ts";
import type { StoreSnapshot } from "./store.ts";

/** A file of documents as it was read. */
export interface FileContent {
  readonly name: string;
  readonly text: string;
}

/** A snapshot, or all that stands in its way. */
export type Assembled =
  | { readonly kind: "complete"; readonly snapshot: StoreSnapshot }
  | { readonly kind: "faulty"; readonly problems: readonly string[] };

/** Makes a snapshot of all files together. Pure. One faulty document spoils it: nothing is allowed on half a policy. */
export function assembleSnapshot(files: readonly FileContent[], protocols: readonly string[]): Assembled {
  const draft = createDraft();
  for (const { name, text } of files) {
    // an editor or a full disk leaves such a file behind; as "no policies" it would take away what they deny
    if (text.trim() === "") draft.problems.push(`${name}: is empty; write a document into it, or delete it.`);
    const parsed = parseDocuments(text);
    draft.problems.push(...parsed.problems.map(({ line, sentence }) => `${name}:${line}: ${sentence}`));
    for (const document of parsed.documents) addDocument(draft, name, document);
  }
  checkTogether(draft, protocols);
  if (draft.problems.length > 0) return { kind: "faulty", problems: draft.problems };
  return {
    kind: "complete",
    snapshot: {
      version: versionOf(files),
      connections: new Map(draft.connection.map(({ document }) => [document.connection, document])),
      identityProviders: byName(draft.identityProvider, (document) => document.identityProvider),
      agents: byName(draft.agent, (document) => document.agent),
      policies: byName(draft.policy, (document) => document.policy),
      tickets: new Map(draft.ticket.map(({ document }) => [document.ticket, document])),
      revokedPrincipals: new Set(),
    },
  };
}

/** What no document shows by itself. */
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
  checkUnique(problems, draft.ticket, (document) => `the ticket "${document.ticket}"`);
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

function versionOf(files: readonly FileContent[]): string {
  const hash = createHash("sha256");
  // lengths keep a text from passing for the name of the next file
  for (const { name, text } of files) hash.update(`${name.length} ${text.length} ${name}${text}`);
  return hash.digest("hex").slice(0, 16);
}
