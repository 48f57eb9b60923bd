import { z } from "zod";
import { pageOf } from "./page.ts";
import { moment } from "./time.ts";

const body = z.record(z.string(), z.unknown());

/** A connection, identity provider or policy, with who changed it last. `revision` is also its ETag. */
export const storedDocument = z.object({
  name: z.string(),
  revision: z.int(),
  author: z.string(),
  changedAt: moment,
  document: body,
});

export const storedDocumentPage = pageOf(storedDocument);

/** One of the forms that a document has had; without a document it was deleted then. */
const documentVersion = z.object({ revision: z.int(), author: z.string(), at: moment, document: body.optional() });

export const documentVersionPage = pageOf(documentVersion);

const etag = z.string().regex(/^"\d{1,16}"$/, 'must be an ETag such as "42"');

/** A change is carried out only if the document is still the one that was read, or only if there is none. */
export const preconditions = z.object({
  "if-match": etag.optional(),
  "if-none-match": z.literal("*", "must be *").optional(),
});
