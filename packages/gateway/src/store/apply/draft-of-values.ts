import { z } from "zod";
import { addDocument, createDraft, type SnapshotDraft } from "../snapshot-draft.ts";

/** Reads documents that came as values, such as in a request: a place in them is called `documents[2].rules[0]`. */
export function draftOfValues(values: readonly unknown[]): SnapshotDraft {
  const draft = createDraft();
  for (const [index, value] of values.entries()) {
    addDocument(draft, { value, placeOf: (path) => z.core.toDotPath(["documents", index, ...path]) });
  }
  return draft;
}
