import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { documentName } from "../../store/documents/name.ts";
import { plainText } from "./names.ts";
import { flag, pageOf, pageQuery } from "./page.ts";
import { moment } from "./time.ts";

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;

/** The longest life of a ticket that a principal mints for itself, and of one that an administrator mints. */
export const OWN_TICKET_S = 12 * HOUR_S;
const ANY_TICKET_S = 30 * DAY_S;

/** A ticket as it may be shown: without anything of its secret. */
export const ticketSummary = z.object({
  /** The user name that it is. */
  name: z.string(),
  principal: z.object({
    name: z.string(),
    kind: z.enum(principalKinds),
    groups: z.array(z.string()),
    onBehalfOf: z.string().optional(),
  }),
  connection: z.string(),
  expires: moment,
  createdBy: z.string(),
  createdAt: moment,
  revokedAt: moment.optional(),
});

export const ticketPage = pageOf(ticketSummary);

export const ticketQuery = pageQuery.extend({
  principal: plainText(128).optional(),
  connection: documentName.optional(),
  /** Only those that can still be used. */
  valid: flag.optional(),
});

export const ticketRequest = z.strictObject({
  connection: documentName,
  lifetimeSeconds: z.int().min(60).max(ANY_TICKET_S).default(HOUR_S),
  /** Whose ticket it is; left out: one's own. Kind and groups are those that the principal was last seen with, unless given. */
  principal: z
    .strictObject({
      name: plainText(128),
      kind: z.enum(principalKinds).optional(),
      groups: z.array(plainText(256)).max(1000).optional(),
    })
    .optional(),
});

/** `secret` is in this answer and nowhere else: a repeated request with the same Idempotency-Key is answered without it. */
export const ticketAnswer = z.object({
  name: z.string(),
  secret: z.string().optional(),
  connection: z.string(),
  expires: moment,
  /** Where it can be used. */
  protocol: z.string(),
  database: z.string().optional(),
  /** Of the gateway, for this connection. */
  ports: z.array(z.int()),
});
