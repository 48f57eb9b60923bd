import { z } from "zod";

const port = z.int().min(0).max(65535);

/** What a gateway is started with: where things lie and on what it listens. What it is told to do lives in the store. */
export const gatewayConfig = z.strictObject({
  /** Folder of documents: connections, policies, identity providers, agents, tickets. */
  store: z.string().min(1),
  /** Folder that recordings are written to. */
  recordings: z.string().min(1),
  /** What clients see: PEM files of the gateway's certificate (with its chain) and key. */
  tls: z.strictObject({ certificateFile: z.string().min(1), keyFile: z.string().min(1) }),
  listeners: z
    .array(
      z.strictObject({
        protocol: z.string().min(1),
        host: z.string().min(1).default("127.0.0.1"),
        port,
        /** The one connection that the port leads to, for clients that cannot name it; left out: any of the protocol. */
        connection: z.string().min(1).optional(),
        /** Whether clients may log in without TLS. */
        plaintext: z.enum(["loopback", "always", "never"]).default("loopback"),
      }),
    )
    .min(1),
  /** Where agents dial in. Left out for a gateway that only has an agent of its own. */
  tunnel: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1"),
      port,
      /** The authority that signs agents' certificates. */
      caFile: z.string().min(1),
      certificateFile: z.string().min(1),
      keyFile: z.string().min(1),
    })
    .optional(),
  /** Left out: the key of the mask `hash` is the process's own. */
  masks: z
    .strictObject({
      /**
       * The key of the mask `hash`: a file with 64 hexadecimal digits, as `openssl rand -hex 32` makes one. Replicas need the same, and without it
       * hashes change with each start.
       */
      keyFile: z.string().min(1),
    })
    .optional(),
  /** How long clients may take to finish what they are at when the gateway is told to stop. */
  drainSeconds: z.number().min(0).max(3_600).default(20),
  limits: z
    .strictObject({
      /** Client connections in all. */
      connections: z.int().min(1).default(5_000),
      /** Connections that have not logged in yet: in all, and of one address. */
      loggingIn: z.int().min(1).default(500),
      loggingInPerAddress: z.int().min(1).default(200),
      /** Connections that drivers keep to look at the server (MongoDB's do): in all, and of one address. */
      watching: z.int().min(1).default(2_000),
      watchingPerAddress: z.int().min(1).default(500),
      loginSeconds: z.number().positive().default(10),
      /** The largest message before login. */
      loginMessageBytes: z
        .int()
        .min(1024)
        .default(16 * 1024),
    })
    .prefault({}),
});

export type GatewayConfig = z.infer<typeof gatewayConfig>;
