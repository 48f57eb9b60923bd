import { createHash } from "node:crypto";
import { asc } from "drizzle-orm";
import { isDocumentKind } from "../documents/document-kinds.ts";
import { finishDraft } from "../finish-draft.ts";
import { documents } from "../schema.ts";
import { addDocumentOf, createDraft, type SnapshotDraft } from "../snapshot-draft.ts";
import type { Queries } from "./database.ts";
import type { DocumentsPart } from "./state-parts.ts";

/** Reads all documents. Where they say what they said before, the part before is given back with its new revision. */
export async function readDocuments(
  queries: Queries,
  revision: number,
  protocols: readonly string[],
  before: DocumentsPart | undefined,
): Promise<DocumentsPart> {
  const rows = await queries
    .select({ kind: documents.kind, name: documents.name, body: documents.body })
    .from(documents)
    .orderBy(asc(documents.kind), asc(documents.name));
  const hash = createHash("sha256").update(JSON.stringify(rows)).digest("hex").slice(0, 12);
  const version = `${revision}-${hash}`;
  if (before?.version === version) return before;
  const draft = createDraft();
  for (const row of rows) addRow(draft, row);
  return { revision, version, finished: finishDraft(draft, protocols) };
}

function addRow(draft: SnapshotDraft, { kind, name, body }: { kind: string; name: string; body: unknown }): void {
  const place = `the store's ${kind} "${name}"`;
  if (!isDocumentKind(kind)) draft.problems.push(`${place}: is of a kind that this version does not know.`);
  else if (typeof body !== "object" || body === null || Object.getOwnPropertyDescriptor(body, kind)?.value !== name)
    draft.problems.push(`${place}: is not what its row says; apply it again.`);
  else addDocumentOf(draft, kind, { value: body, placeOf: () => place });
}
