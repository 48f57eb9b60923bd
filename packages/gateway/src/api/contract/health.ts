import { z } from "zod";

export const health = z.object({ status: z.literal("ok") });

/** `missing` says what keeps a gateway from taking new sessions. */
export const readiness = z.object({ ready: z.boolean(), missing: z.array(z.string()) });
