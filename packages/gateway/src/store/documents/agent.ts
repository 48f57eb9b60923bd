import { z } from "zod";
import { documentName } from "./name.ts";

/** An agent that may dial in, known by its certificate. */
export const agentDocument = z.strictObject({
  agent: documentName,
  group: documentName,
  /** SHA-256 of the DER certificate, as colon-separated upper-case hex (how openssl and Node print it). */
  certificate: z
    .string()
    .regex(
      /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/,
      "must be a SHA-256 fingerprint of 32 pairs of 0-9 and A-F such as AB:CD:…",
    ),
});

export type AgentDocument = z.infer<typeof agentDocument>;
