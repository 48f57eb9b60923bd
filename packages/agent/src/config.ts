import { z } from "zod";
import { parseAddressPattern } from "./address-pattern.ts";

const addressPattern = z.string().refine((text) => parseAddressPattern(text) !== undefined, {
  error: "an address such as db.internal:5432, *.db.internal:5432, 10.0.0.0/8:5432, [fd00::/8]:5432 or db.internal:*",
});

const credentialPattern = z
  .string()
  .regex(/^(env|file|command):./, "a reference such as env:SHOP_PASSWORD, file:/etc/secrets/* or command:LINE");

/** All that an agent is told. Everything about connections comes from the gateway; what it may reach and use is decided here. */
export const agentConfig = z.strictObject({
  /** For the log; the gateway knows the agent by its certificate. */
  name: z.string().min(1),
  /** Where the gateway listens for agents, as host:port. The host must be in the gateway's certificate. */
  gateway: z.string().regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s]+):\d{1,5}$/, "an address such as gateway.example.com:7400"),
  caFile: z.string().min(1),
  certificateFile: z.string().min(1),
  keyFile: z.string().min(1),
  /** What the agent may dial. Nothing else is, whatever the gateway asks. */
  allow: z.array(addressPattern).min(1),
  /** References that connections may name; `*` stands for any text. Commands must be listed to be run. */
  credentials: z.array(credentialPattern).default(["env:*", "file:*"]),
  healthIntervalSeconds: z.number().positive().default(30),
});

export type AgentConfig = z.infer<typeof agentConfig>;
export type AgentConfigInput = z.input<typeof agentConfig>;
