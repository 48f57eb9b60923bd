import { z } from "zod";
import { parseAddressPattern } from "./address-pattern.ts";

// docs/configuration.md is made of the descriptions: `node packages/cli/src/configuration/write-configuration-page.ts` renews it

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
    name: z
      .string()
      .min(1)
      .optional()
      .describe(
        "What an agent that enrols would like to be called; otherwise for the log, as the gateway knows the agent by its certificate.",
      ),
    state: z
      .string()
      .min(1)
      .optional()
      .describe("Folder in which an agent that enrolled keeps its key and certificate."),
    gateway: z
      .string()
      .regex(/^(\[[0-9a-fA-F:.]+\]|[^:\s]+):\d{1,5}$/, "an address such as gateway.example.com:7400")
      .optional()
      .describe("Where the gateway listens for agents, as `HOST:PORT`. The host must be in the gateway's certificate."),
    caFile: z.string().min(1).optional().describe("PEM file of the authority of the gateway's certificate."),
    certificateFile: z.string().min(1).optional().describe("PEM file of the agent's own certificate."),
    keyFile: z.string().min(1).optional().describe("PEM file of its key."),
    allow: z
      .array(addressPattern)
      .min(1)
      .describe("What the agent may dial. Nothing else is, whatever the gateway asks."),
    credentials: z
      .array(credentialPattern)
      .default(["env:*", "file:*"])
      .describe("References that connections may name; `*` stands for any text. Commands must be listed to be run."),
    healthIntervalSeconds: z
      .number()
      .positive()
      .default(30)
      .describe("How often the agent logs in to its databases to see whether they are well."),
    drainSeconds: z
      .number()
      .min(0)
      .max(3_600)
      .default(20)
      .describe("How long clients may take to finish what they are at when the agent is told to stop."),
  })
  .refine(
    (config) => new Set(ownFiles.map((key) => config[key] === undefined)).size === 1,
    "gateway, caFile, certificateFile and keyFile belong together: all four for a certificate of your own, none for an agent that enrols",
  );

export type AgentConfig = z.infer<typeof agentConfig>;
export type AgentConfigInput = z.input<typeof agentConfig>;
