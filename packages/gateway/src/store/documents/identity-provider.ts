import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { documentName } from "./name.ts";

/** Whose tokens are accepted, and how their claims become a principal. Claim paths are dotted (`realm_access.roles`). */
export const identityProviderDocument = z.strictObject({
  identityProvider: documentName,
  issuer: z.url("must be a URL such as https://login.example.com"),
  audience: z.string().min(1),
  /** Left out: found by OpenID discovery under the issuer. */
  jwksUri: z.url("must be a URL such as https://login.example.com/keys").optional(),
  algorithms: z
    .array(z.enum(["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]))
    .min(1)
    .default(["RS256", "ES256", "EdDSA"]),
  principal: z
    .strictObject({
      name: z.string().default("sub"),
      groups: z.string().default("groups"),
      /** A claim that holds the kind; without one every principal of this provider is of `defaultKind`. */
      kind: z.string().optional(),
      defaultKind: z.enum(principalKinds).default("human"),
      onBehalfOf: z.string().optional(),
    })
    .prefault({}),
});

export type IdentityProviderDocument = z.infer<typeof identityProviderDocument>;
