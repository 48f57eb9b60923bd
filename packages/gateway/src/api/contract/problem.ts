import { errorCodes } from "@sallyport/shared/errors";
import { z } from "zod";

/** One thing wrong with a request, and where. */
const fault = z.object({
  in: z.enum(["body", "query", "path", "headers"]),
  /** Dotted, as in `server.port`; empty where the whole is meant. */
  field: z.string(),
  message: z.string(),
});

/** What every request that fails is answered with, as `application/problem+json` (RFC 9457). */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** What went wrong, and what to do next. */
  detail: z.string(),
  /** Of the error vocabulary. */
  code: z.enum(errorCodes),
  /** The log and the audit name the same. */
  requestId: z.string(),
  errors: z.array(fault).optional(),
});

export type Problem = z.infer<typeof problem>;
export type Fault = z.infer<typeof fault>;
