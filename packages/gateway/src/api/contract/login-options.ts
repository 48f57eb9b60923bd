import { z } from "zod";

/** Where people log in whose tokens the gateway accepts. It holds no secret: whoever comes to the gateway may know it. */
export const loginOptions = z.object({
  identityProviders: z.array(
    z.object({
      name: z.string(),
      issuer: z.string(),
      /** What a token must be for. */
      audience: z.string(),
      clientId: z.string(),
      scopes: z.array(z.string()),
    }),
  ),
});

export type LoginOption = z.infer<typeof loginOptions>["identityProviders"][number];
