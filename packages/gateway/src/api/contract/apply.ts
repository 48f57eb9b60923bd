import { z } from "zod";

const body = z.record(z.string(), z.unknown());

/** Documents that are to become true, all of them or none. */
export const applyRequest = z.strictObject({
  /** Each as it stands in its file: its first key is its kind. */
  documents: z.array(body).max(10_000),
  /** Only tells what would change. */
  dryRun: z.boolean().default(false),
  /** Also deletes the documents that are not among these. */
  prune: z.boolean().default(false),
  /** Fails with `store/conflict` when the documents have changed since this revision. */
  expectedRevision: z.int().min(0).optional(),
});

const change = z.object({
  kind: z.string(),
  name: z.string(),
  action: z.enum(["created", "changed", "deleted"]),
  before: body.optional(),
  after: body.optional(),
});

/** What changed, or would. */
export const applyAnswer = z.object({
  /** Of all documents: the new one, or the present one of a dry run. */
  revision: z.int(),
  dryRun: z.boolean(),
  changes: z.array(change),
  unchanged: z.int(),
});
