import { z } from "zod";
import type { AgentDocument } from "./documents/agent.ts";
import type { ConnectionDocument } from "./documents/connection.ts";
import { documentKinds, isDocumentKind, type DocumentKind } from "./documents/document-kinds.ts";
import type { IdentityProviderDocument } from "./documents/identity-provider.ts";
import type { PolicyDocument } from "./documents/policy.ts";
import { describeIssues } from "./describe-issue.ts";
import { nearestWord } from "./nearest-word.ts";

/** A valid document, and where it stands: `shop.yaml:12`. */
export interface Placed<T> {
  readonly place: string;
  readonly document: T;
}

/** A document as it was found, and how a place in it is named. */
export interface FoundDocument {
  readonly value: unknown;
  placeOf(path: readonly PropertyKey[]): string;
}

/** The documents read so far, and everything that is wrong with the others: one sentence each. */
export interface SnapshotDraft {
  readonly connection: Placed<ConnectionDocument>[];
  readonly identityProvider: Placed<IdentityProviderDocument>[];
  readonly agent: Placed<AgentDocument>[];
  readonly policy: Placed<PolicyDocument>[];
  readonly problems: string[];
}

/** A draft with nothing in it. */
export function createDraft(): SnapshotDraft {
  return { connection: [], identityProvider: [], agent: [], policy: [], problems: [] };
}

/** Checks one document, whose first key says its kind, and adds it, or what is wrong with it. */
export function addDocument(draft: SnapshotDraft, found: FoundDocument): void {
  const { value } = found;
  const place = found.placeOf([]);
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    draft.problems.push(
      `${place}: a document must be a group of keys, the first of which is one of: ${kinds.join(", ")}.`,
    );
    return;
  }
  const first = Object.keys(value)[0] ?? "";
  if (isDocumentKind(first)) addDocumentOf(draft, first, found);
  else draft.problems.push(`${place}: ${describeFirstKey(first, value)}`);
}

/** Checks one document of a known kind and adds it, or what is wrong with it. */
export function addDocumentOf(draft: SnapshotDraft, kind: DocumentKind, found: FoundDocument): void {
  takers[kind](draft, found);
}

type Taker = (draft: SnapshotDraft, found: FoundDocument) => void;

const kinds = Object.keys(documentKinds);

const takers: Readonly<Record<DocumentKind, Taker>> = {
  connection: taker("connection", documentKinds.connection, (draft) => draft.connection),
  identityProvider: taker("identityProvider", documentKinds.identityProvider, (draft) => draft.identityProvider),
  agent: taker("agent", documentKinds.agent, (draft) => draft.agent),
  policy: taker("policy", documentKinds.policy, (draft) => draft.policy),
};

function taker<T>(kind: DocumentKind, schema: z.ZodType<T>, list: (draft: SnapshotDraft) => Placed<T>[]): Taker {
  return (draft, found) => {
    const checked = schema.safeParse(found.value);
    if (checked.success) {
      list(draft).push({ place: found.placeOf([]), document: checked.data });
      return;
    }
    const title = titleOf(kind, found.value);
    for (const { path, sentence } of describeIssues(schema, found.value, checked.error.issues)) {
      const where = path.length === 0 ? "" : `${z.core.toDotPath(path)}: `;
      draft.problems.push(`${found.placeOf(path)}: ${title}: ${where}${sentence}`);
    }
  };
}

function titleOf(kind: DocumentKind, value: unknown): string {
  const name: unknown = Object.getOwnPropertyDescriptor(value, kind)?.value;
  return typeof name === "string" && name.length <= 64 ? `${kind} "${name}"` : kind;
}

function describeFirstKey(first: string, value: object): string {
  if (first === "ticket") return "tickets are no documents; they are minted, and kept by the gateway itself.";
  const later = Object.keys(value).find(isDocumentKind);
  if (later !== undefined) return `"${later}" says what this document is, so it must be its first key.`;
  const nearest = nearestWord(first, kinds);
  const advice =
    nearest === undefined ? `the first key must be one of: ${kinds.join(", ")}.` : `did you mean "${nearest}"?`;
  return `"${first.slice(0, 64)}" is no kind of document; ${advice}`;
}
