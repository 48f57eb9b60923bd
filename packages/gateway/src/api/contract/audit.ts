import { z } from "zod";
import { plainText } from "./names.ts";
import { pageOf, pageQuery } from "./page.ts";
import { moment } from "./time.ts";

/** A change, or an attempt at something. It never holds a secret. */
const auditEntry = z.object({
  id: z.int(),
  at: moment,
  actor: z.object({
    name: z.string(),
    kind: z.string(),
    address: z.string().optional(),
    requestId: z.string().optional(),
  }),
  action: z.string(),
  kind: z.string(),
  name: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});

export const auditPage = pageOf(auditEntry);

const word = plainText(192);

export const auditQuery = pageQuery.extend({
  actor: word.optional(),
  action: word.optional(),
  kind: word.optional(),
  name: word.optional(),
  from: moment.optional(),
  to: moment.optional(),
});
