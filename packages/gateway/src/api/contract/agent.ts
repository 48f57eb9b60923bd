import { z } from "zod";
import { pageOf } from "./page.ts";
import { moment } from "./time.ts";

/** A tunnel of the agent to one replica. */
const presence = z.object({
  replica: z.string(),
  since: moment.optional(),
  lastEcho: moment.optional(),
  health: z.record(z.string(), z.unknown()),
});

/** An agent that may dial in. `enrolled`: by a token; `document`: of the operators' own PKI. */
export const agent = z.object({
  name: z.string(),
  group: z.string(),
  source: z.enum(["enrolled", "document"]),
  fingerprint: z.string(),
  enrolledAt: moment.optional(),
  enrolledBy: z.string().optional(),
  renewedAt: moment.optional(),
  /** Of its certificate, which it renews by itself. */
  expires: moment.optional(),
  revokedAt: moment.optional(),
  /** Empty: it is not online. */
  online: z.array(presence),
});

export const agentPage = pageOf(agent);

/** What agents are in, and which connections they serve. */
const agentGroup = z.object({
  name: z.string(),
  connections: z.array(z.string()),
  agents: z.array(z.string()),
  /** The agents of it that are online. */
  online: z.array(z.string()),
});

export const agentGroupPage = pageOf(agentGroup);
