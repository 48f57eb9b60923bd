import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { documentName } from "./name.ts";

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, "base64");

/** A ticket as it is kept: everything but the secret, of which only the SCRAM-SHA-256 verifier is known. */
export const ticketDocument = z.strictObject({
  /** The user name the client logs in with: the principal's name, a tilde, and a random part. */
  ticket: z.string().regex(/^[^~]+~[a-z0-9]{6,32}$/, "a ticket's name is PRINCIPAL~RANDOM"),
  principal: z.strictObject({
    name: z.string().min(1),
    kind: z.enum(principalKinds),
    groups: z.array(z.string()),
    claims: z.record(z.string(), z.unknown()).default({}),
    onBehalfOf: z.string().optional(),
  }),
  connection: documentName,
  expires: z.iso.datetime(),
  verifier: z.strictObject({
    salt: base64,
    iterations: z.int().min(4096),
    storedKey: base64,
    serverKey: base64,
  }),
});

export type TicketDocument = z.infer<typeof ticketDocument>;
