import { isDeepStrictEqual } from "node:util";
import { isScalar, stringify } from "yaml";
import { z } from "zod";
import { lintPolicies } from "../../policy/lint/lint-policies.ts";
import type { DocumentKind } from "../documents/document-kinds.ts";
import type { DocumentChange, DocumentSet, StoredDocument } from "../doors/documents.ts";
import { finishDraft } from "../finish-draft.ts";
import { lineDifference } from "./line-difference.ts";
import { addDocumentOf, createDraft, type Placed, type SnapshotDraft } from "../snapshot-draft.ts";

/** What applying would do to one document. */
export interface PlannedChange extends DocumentChange {
  readonly action: "create" | "change" | "delete";
  /** For people: lines of YAML that begin with `+`, `-` or a space. */
  readonly difference: readonly string[];
}

/** A document, by name. */
export interface DocumentName {
  readonly kind: DocumentKind;
  readonly name: string;
}

/** What applying would do. */
export interface ApplyPlan {
  /** Of the documents that it was made for. */
  readonly revision: number;
  readonly changes: readonly PlannedChange[];
  readonly unchanged: readonly DocumentName[];
  /** Those that are in the store alone; only with `prune` they are deleted. */
  readonly extra: readonly DocumentName[];
  /** What is valid and yet does nothing, such as a policy's rule that can never match. */
  readonly warnings: readonly string[];
}

/** A plan, or all that stands in its way. */
export type Planned =
  | { readonly kind: "plan"; readonly plan: ApplyPlan }
  | { readonly kind: "faulty"; readonly problems: readonly string[] };

/** Compares documents with those of the store. Pure. What is applied must be valid, and so must all be together afterwards. */
export function planApply(
  draft: SnapshotDraft,
  stored: DocumentSet,
  { prune, protocols }: { readonly prune: boolean; readonly protocols: readonly string[] },
): Planned {
  const wanted = new Map(wantedIn(draft).map((one) => [keyOf(one), one]));
  const others = stored.documents.filter((document) => !wanted.has(keyOf(document)));
  const finished = finishDraft(prune ? draft : withOthers(draft, others), protocols);
  if (finished.kind === "faulty") return finished;
  const before = new Map(stored.documents.map((document) => [keyOf(document), document]));
  const changes: PlannedChange[] = [];
  const unchanged: DocumentName[] = [];
  for (const { kind, name, body } of wanted.values()) {
    const old = before.get(keyOf({ kind, name }))?.body;
    if (isDeepStrictEqual(old, body)) unchanged.push({ kind, name });
    else {
      const action = old === undefined ? "create" : "change";
      changes.push({ kind, name, body, action, difference: differenceOf(kind, old, body) });
    }
  }
  if (prune) {
    for (const { kind, name, body } of others) {
      changes.push({ kind, name, body: undefined, action: "delete", difference: differenceOf(kind, body, undefined) });
    }
  }
  return {
    kind: "plan",
    plan: {
      revision: stored.revision,
      changes,
      unchanged,
      extra: others.map(({ kind, name }) => ({ kind, name })),
      warnings: warningsOf(draft, changes),
    },
  };
}

const bodies = z.record(z.string(), z.unknown());

interface Wanted extends DocumentName {
  readonly body: Readonly<Record<string, unknown>>;
}

function wantedIn({ connection, identityProvider, agent, policy }: SnapshotDraft): readonly Wanted[] {
  return [
    ...wantedOf("connection", connection, (document) => document.connection),
    ...wantedOf("identityProvider", identityProvider, (document) => document.identityProvider),
    ...wantedOf("agent", agent, (document) => document.agent),
    ...wantedOf("policy", policy, (document) => document.policy),
  ];
}

function wantedOf<T extends object>(
  kind: DocumentKind,
  placed: readonly Placed<T>[],
  name: (document: T) => string,
): readonly Wanted[] {
  return placed.map(({ document }) => ({ kind, name: name(document), body: plain(document) }));
}

/** As it comes back from where it is kept. */
function plain(document: object): Readonly<Record<string, unknown>> {
  return bodies.parse(JSON.parse(JSON.stringify(document)));
}

function withOthers(draft: SnapshotDraft, others: readonly StoredDocument[]): SnapshotDraft {
  const all = createDraft();
  for (const { kind, name, body } of others) {
    addDocumentOf(all, kind, { value: body, placeOf: () => `the store's ${kind} "${name}"` });
  }
  all.connection.push(...draft.connection);
  all.identityProvider.push(...draft.identityProvider);
  all.agent.push(...draft.agent);
  all.policy.push(...draft.policy);
  all.problems.push(...draft.problems);
  return all;
}

function differenceOf(kind: DocumentKind, before: object | undefined, after: object | undefined): readonly string[] {
  return lineDifference(textOf(kind, before), textOf(kind, after));
}

/** In one order, whatever order the keys are kept in. */
function textOf(kind: DocumentKind, body: object | undefined): string {
  if (body === undefined) return "";
  const { [kind]: name, ...rest }: Readonly<Record<string, unknown>> = { ...body };
  return stringify({ [kind]: name, ...rest }, { sortMapEntries: (a, b) => compareKeys(kind, a.key, b.key) });
}

function compareKeys(first: string, a: unknown, b: unknown): number {
  const [one, other] = [keyText(a), keyText(b)];
  if (one === other) return 0;
  if (one === first || other === first) return one === first ? -1 : 1;
  return one < other ? -1 : 1;
}

function keyText(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key);
}

function warningsOf(draft: SnapshotDraft, changes: readonly PlannedChange[]): readonly string[] {
  const changed = new Set(changes.filter(({ kind }) => kind === "policy").map(({ name }) => name));
  const policies = draft.policy.filter(({ document }) => changed.has(document.policy));
  return policies.flatMap(({ place, document }) =>
    lintPolicies([document]).map(({ path, sentence }) => `${place}: policy "${document.policy}": ${path} ${sentence}`),
  );
}

function keyOf({ kind, name }: DocumentName): string {
  return `${kind} ${name}`;
}
