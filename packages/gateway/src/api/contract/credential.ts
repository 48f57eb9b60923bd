import { z } from "zod";
import { documentName } from "../../store/documents/name.ts";
import { pageOf } from "./page.ts";
import { moment } from "./time.ts";

/** A sealed secret for servers, without the secret: nobody reads it back. */
export const credential = z.object({
  name: z.string(),
  connection: z.string().optional(),
  /** Of the key it is sealed under. */
  keyId: z.string(),
  createdBy: z.string(),
  createdAt: moment,
  revision: z.int(),
});

export const credentialPage = pageOf(credential);

export const credentialRequest = z.strictObject({
  secret: z.string().min(1).max(16_384),
  /** The one connection it may be used for; left out: any. */
  connection: documentName.optional(),
});
