import { z } from "zod";
import { documentName } from "../../store/documents/name.ts";

/** Text from outside without control characters, which neither a log nor a database should get. */
export function plainText(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .regex(/^\P{C}*$/u, "must not hold control characters");
}

/** The path of a document, an agent or a credential. */
export const namePath = z.strictObject({ name: documentName });

/** The path of a principal: any text of a bound length, since names come from tokens. */
export const principalPath = z.strictObject({ name: plainText(128) });

/** The path of a ticket: its user name. */
export const ticketPath = z.strictObject({ name: plainText(192) });

/** The path of a session, an enrolment token or whatever else the gateway numbers itself. */
export const idPath = z.strictObject({ id: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "must be an id") });
