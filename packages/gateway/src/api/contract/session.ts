import { z } from "zod";
import { documentName } from "../../store/documents/name.ts";
import { plainText } from "./names.ts";
import { flag, pageOf, pageQuery } from "./page.ts";
import { moment } from "./time.ts";

/** A session of any replica, open or over. */
export const sessionSummary = z.object({
  id: z.string(),
  replica: z.string(),
  principal: z.string(),
  onBehalfOf: z.string().optional(),
  kind: z.string(),
  connection: z.string(),
  database: z.string().optional(),
  protocol: z.string(),
  address: z.string(),
  agent: z.string().optional(),
  openedAt: moment,
  closedAt: moment.optional(),
  /** Why it ended, as a code of the error vocabulary; left out where its client ended it in order. */
  endCode: z.string().optional(),
  statements: z.int(),
});

export const sessionPage = pageOf(sessionSummary);

export const sessionQuery = pageQuery.extend({
  open: flag.optional(),
  principal: plainText(128).optional(),
  connection: documentName.optional(),
  replica: plainText(128).optional(),
});

export const eventsQuery = z.strictObject({
  /** Whether to go on as long as the session is open; left out: yes. */
  follow: flag.optional(),
});
