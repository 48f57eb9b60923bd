import { z } from "zod";
import { documentName } from "./name.ts";

/** A registered database: where the agent finds it, and how it logs in. */
export const connectionDocument = z.strictObject({
  connection: documentName,
  protocol: z.string(),
  agentGroup: documentName,
  server: z
    .strictObject({
      host: z.string().min(1),
      port: z.int().min(1).max(65535),
      tls: z.enum(["disable", "require", "verify-ca", "verify-full"]).default("verify-full"),
      caFile: z.string().min(1).optional(),
      certificateFile: z.string().min(1).optional(),
      keyFile: z.string().min(1).optional(),
    })
    .refine(
      (server) => (server.certificateFile === undefined) === (server.keyFile === undefined),
      "must name certificateFile and keyFile together, or neither",
    ),
  /** The server's database when the client names none (`app/otherdb` names one). */
  database: z.string().min(1).optional(),
  /** What the protocol's adapter knows besides, such as MongoDB's `readPreference`. */
  options: z.record(z.string().min(1).max(64), z.string().max(256)).default({}),
  credential: z.strictObject({
    user: z.string().min(1),
    password: z
      .string()
      .regex(
        /^(env|file|command):\S|^sealed:[a-z0-9][a-z0-9._-]{0,62}$/,
        "must be a reference: env:NAME, file:PATH or command:LINE on the agent's host, or sealed:NAME of the gateway",
      )
      .optional(),
  }),
});

export type ConnectionDocument = z.infer<typeof connectionDocument>;
