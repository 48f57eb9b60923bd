import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { flag, pageOf, pageQuery } from "./page.ts";
import { moment } from "./time.ts";

/** A principal that was seen, or revoked before it ever came. */
export const principalSummary = z.object({
  name: z.string(),
  kind: z.string(),
  issuer: z.string().optional(),
  groups: z.array(z.string()),
  firstSeen: moment.optional(),
  lastSeen: moment.optional(),
  revokedAt: moment.optional(),
  revokedBy: z.string().optional(),
});

export const principalPage = pageOf(principalSummary);

export const principalQuery = pageQuery.extend({
  kind: z.enum(principalKinds).optional(),
  revoked: flag.optional(),
});
