import { z } from "zod";
import { parseAddressPattern } from "./address-pattern.ts";

const addressPattern = z.string().refine((text) => parseAddressPattern(text) !== undefined, {
  error: "an address such as db.internal:5432, *.db.internal:5432, 10.0.0.0/8:5432, [fd00::/8]:5432 or db.internal:*",
});

const credentialPattern = z
  .string()
  .regex(/^(env|file|command):./, "a reference such as env:SHOP_PASSWORD, file:/etc/secrets/* or command:LINE");

/** Where the certificate comes from when it is an operator's own: all four, or none for an agent that enrols. */
const ownFiles = ["gateway", "caFile", "certificateFile", "keyFile"] as const;

/** All that an agent is told. Everything about connections comes from the gateway; what it may reach and use is decided here. */
export const agentConfig = z
  .strictObject({
    /** What an agent that enrols would like to be called; otherwise for the log, as the gateway knows the agent by its certificate. */
    name: z.string().min(1).optional(),
    /** Folder in which an agent that enrolled keeps its key and certificate. */
    state: z.string().min(1).optional(),
    /** Where the gateway listens for agents, as host:port. The host must be in the gateway's certificate. */
    gateway: z
      .string()
      .regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s]+):\d{1,5}$/, "an address such as gateway.example.com:7400")
      .optional(),
    caFile: z.string().min(1).optional(),
    certificateFile: z.string().min(1).optional(),
    keyFile: z.string().min(1).optional(),
    /** What the agent may dial. Nothing else is, whatever the gateway asks. */
    allow: z.array(addressPattern).min(1),
    /** References that connections may name; `*` stands for any text. Commands must be listed to be run. */
    credentials: z.array(credentialPattern).default(["env:*", "file:*"]),
    healthIntervalSeconds: z.number().positive().default(30),
  })
  .refine(
    (config) => new Set(ownFiles.map((key) => config[key] === undefined)).size === 1,
    "gateway, caFile, certificateFile and keyFile belong together: all four for a certificate of your own, none for an agent that enrols",
  );

export type AgentConfig = z.infer<typeof agentConfig>;
export type AgentConfigInput = z.input<typeof agentConfig>;
