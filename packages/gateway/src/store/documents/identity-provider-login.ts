import { z } from "zod";

const scope = z
  .string()
  .min(1)
  .max(256)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, "must be a scope, without spaces and quotes");

/** How people get tokens of this provider on the command line, as the public client that is registered there for it. */
export const identityProviderLogin = z.strictObject({
  clientId: z.string().min(1).max(512),
  /** `offline_access` is what lets a login be renewed without asking again. */
  scopes: z.array(scope).min(1).max(50).default(["openid", "profile", "offline_access"]),
});
