import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { documentName } from "../store/documents/name.ts";

const base64 = z.base64("must be base64").min(1);
const digest = base64.refine((text) => Buffer.from(text, "base64").length === 32, "must be 32 bytes in base64");

/** A principal as a ticket keeps it. */
export const ticketPrincipal = z.strictObject({
  name: z.string().min(1),
  kind: z.enum(principalKinds),
  groups: z.array(z.string()),
  claims: z.record(z.string(), z.unknown()).default({}),
  onBehalfOf: z.string().exactOptional(),
});

/** A ticket as it is kept: everything but the secret, of which only verifiers are known. */
export const ticket = z
  .strictObject({
    /** The user name the client logs in with: the principal's name, a tilde, and a random part. */
    name: z
      .string()
      .regex(/^[^~]+~[a-z0-9]{6,32}$/, "must be PRINCIPAL~RANDOM, with 6 to 32 of a-z and 0-9 after the ~"),
    principal: ticketPrincipal,
    connection: documentName,
    expires: z.iso.datetime("must be a time in UTC such as 2027-01-31T18:00:00Z"),
    verifier: z.strictObject({
      salt: base64,
      iterations: z.int().min(4096),
      storedKey: digest,
      serverKey: digest,
      sha256Twice: digest,
    }),
  })
  .refine(({ name, principal }) => name.startsWith(`${principal.name}~`), {
    path: ["name"],
    message: "must begin with the principal's name and a ~",
  });

export type Ticket = z.infer<typeof ticket>;
