import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { roles } from "../../store/documents/identity-provider-roles.ts";
import { pageOf } from "./page.ts";
import { moment } from "./time.ts";

/** Who is asking. `local` is the gateway's own operating-system user, who came by its socket. */
export const me = z.object({
  name: z.string(),
  kind: z.enum([...principalKinds, "local"]),
  groups: z.array(z.string()),
  onBehalfOf: z.string().optional(),
  roles: z.array(z.enum(roles)),
  identityProvider: z.string().optional(),
  /** The token's end. */
  expires: moment.optional(),
});

/** A connection that the asking principal may log in to. */
const reachableConnection = z.object({
  name: z.string(),
  protocol: z.string(),
  database: z.string().optional(),
  /** Of the gateway, for this connection. */
  ports: z.array(z.int()),
});

export const reachableConnectionPage = pageOf(reachableConnection);
