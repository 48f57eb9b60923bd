import { z } from "zod";

const port = z.int().min(0).max(65535);

/** What a gateway is started with: where things lie and on what it listens. What it is told to do lives in the store. */
export const gatewayConfig = z.strictObject({
  /** Where the gateway keeps what it is told, and what it has to remember. */
  state: z
    .strictObject({
      /** Of a PostgreSQL database: `env:NAME` or `file:PATH`, where the URL is. Left out: the gateway brings a database of its own. */
      databaseUrl: z
        .string()
        .regex(/^(env|file):\S/, "must be a reference to where the URL is: env:NAME or file:PATH")
        .optional(),
      /** Where the gateway's own database lies, and what belongs to this process alone. */
      folder: z.string().min(1).default("state"),
      /** How long sessions go on under what is known while the database is away. */
      staleSeconds: z.number().min(0).max(86_400).default(300),
    })
    .prefault({}),
  /** Folder that recordings are written to. */
  recordings: z.string().min(1),
  /** What clients see: PEM files of the gateway's certificate (with its chain) and key. */
  tls: z.union([
    z.strictObject({ certificateFile: z.string().min(1), keyFile: z.string().min(1) }),
    /** Or the names by which clients and agents know it, for which it makes a certificate of its own authority. */
    z.strictObject({ names: z.array(z.string().min(1)).min(1) }),
  ]),
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
      /** Where agents that enrol are told to dial, as HOST:PORT; left out: the first of the names, at this port. */
      addresses: z
        .array(z.string().regex(/^\S+:\d{1,5}$/, "an address such as gateway.example.com:7400"))
        .min(1)
        .optional(),
      /** An operator's own authority, whose agents are named by documents; the gateway's own is trusted besides. */
      caFile: z.string().min(1).optional(),
      /** What agents see; left out: a certificate of the gateway's own authority. */
      certificateFile: z.string().min(1).optional(),
      keyFile: z.string().min(1).optional(),
    })
    .refine(
      (tunnel) => (tunnel.certificateFile === undefined) === (tunnel.keyFile === undefined),
      "must name certificateFile and keyFile together, or neither",
    )
    .optional(),
  /** Where administrators, programs and enrolling agents ask, over TLS with the certificate that clients see. Left out: nowhere. */
  api: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1"),
      port,
      /** A socket for the gateway's own operating-system user, who is an administrator there; left out: `api.sock` in the state's folder. */
      socket: z.string().min(1).optional(),
      /** Who may read /metrics: anybody, or who has the role viewer. */
      metrics: z.enum(["public", "viewer"]).default("public"),
      /** Requests a minute: of one address, whoever it is; of one address with tokens that are refused; of one principal. */
      requestsPerAddress: z.int().min(1).default(1_200),
      refusedPerAddress: z.int().min(1).default(60),
      requestsPerPrincipal: z.int().min(1).default(600),
    })
    .optional(),
  /** How agents come in by a token. */
  enrolment: z
    .strictObject({
      /** Of the API, as agents reach it; left out: the first of the names, at the API's port. */
      url: z.url({ protocol: /^https$/ }).optional(),
      /** How long an agent's certificate is good; it is renewed when two thirds of that are over. */
      certificateHours: z.number().positive().max(8_760).default(24),
    })
    .prefault({}),
  /** Under what the gateway's own secrets are sealed: credentials of connections, and the key of its authority. */
  sealing: z
    .strictObject({
      /** The newest first, which seals; all of them open. Left out: a key in the state's folder, made at the first start. Replicas need the same. */
      keys: z
        .array(z.string().regex(/^(env|file|command):\S/, "must be a reference: env:NAME, file:PATH or command:LINE"))
        .default([]),
    })
    .prefault({}),
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
export type GatewayConfigInput = z.input<typeof gatewayConfig>;
