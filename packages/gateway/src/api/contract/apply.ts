import { z } from "zod";

/** Documents that are to become true, all of them or none. */
export const applyRequest = z.strictObject({
  /** Each as it stands in its file: its first key is its kind. */
  documents: z.array(z.record(z.string(), z.unknown())).max(10_000),
  /** Only tells what would change. */
  dryRun: z.boolean().default(false),
  /** Also deletes the documents that are not among these. */
  prune: z.boolean().default(false),
  /** Fails with `store/conflict` when the documents have changed since this revision. */
  expectedRevision: z.int().min(0).optional(),
});

const documentName = z.object({ kind: z.string(), name: z.string() });

/** What changed, or would. */
export const applyAnswer = z.object({
  /** Of all documents: the new one, or the present one of a dry run. */
  revision: z.int(),
  dryRun: z.boolean(),
  changes: z.array(
    documentName.extend({
      action: z.enum(["create", "change", "delete"]),
      /** For people: lines of YAML that begin with `+`, `-` or a space. */
      difference: z.array(z.string()),
    }),
  ),
  unchanged: z.array(documentName),
  /** In the store alone; deleted with `prune`. */
  extra: z.array(documentName),
  /** What is valid and does nothing. */
  warnings: z.array(z.string()),
});
