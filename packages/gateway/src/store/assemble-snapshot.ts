import { createHash } from "node:crypto";
import { finishDraft, type SnapshotDocuments } from "./finish-draft.ts";
import { parseDocuments } from "./parse-documents.ts";
import { addDocument, createDraft, type SnapshotDraft } from "./snapshot-draft.ts";
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

/** Makes a snapshot of all files together, as a gateway that has these documents and no others would have it. Pure. */
export function assembleSnapshot(files: readonly FileContent[], protocols: readonly string[]): Assembled {
  const finished = finishDraft(draftOf(files), protocols);
  if (finished.kind === "faulty") return finished;
  return { kind: "complete", snapshot: snapshotOf(finished.documents, versionOf(files)) };
}

/** The snapshot of documents alone: nobody has a ticket, and nobody is revoked. */
export function snapshotOf(documents: SnapshotDocuments, version: string): StoreSnapshot {
  return { version, ...documents, tickets: new Map(), revokedPrincipals: new Set() };
}

/** Reads the documents of files. */
export function draftOf(files: readonly FileContent[]): SnapshotDraft {
  const draft = createDraft();
  for (const { name, text } of files) {
    // an editor or a full disk leaves such a file behind; as "no policies" it would take away what they deny
    if (text.trim() === "") draft.problems.push(`${name}: is empty; write a document into it, or delete it.`);
    const parsed = parseDocuments(text);
    draft.problems.push(...parsed.problems.map(({ line, sentence }) => `${name}:${line}: ${sentence}`));
    for (const document of parsed.documents) {
      addDocument(draft, { value: document.value, placeOf: (path) => `${name}:${document.lineOf(path)}` });
    }
  }
  return draft;
}

function versionOf(files: readonly FileContent[]): string {
  const hash = createHash("sha256");
  // lengths keep a text from passing for the name of the next file
  for (const { name, text } of files) hash.update(`${name.length} ${text.length} ${name}${text}`);
  return hash.digest("hex").slice(0, 16);
}
