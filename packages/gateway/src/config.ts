import { z } from "zod";
import { eventsConfig } from "./events/events-config.ts";

// docs/configuration.md is made of the descriptions: `node packages/cli/src/configuration/write-configuration-page.ts` renews it

const port = z.int().min(0).max(65535);

/** What a gateway is started with: where things lie and on what it listens. What it is told to do lives in the store. */
export const gatewayConfig = z.strictObject({
  state: z
    .strictObject({
      databaseUrl: z
        .string()
        .regex(/^(env|file):\S/, "must be a reference to where the URL is: env:NAME or file:PATH")
        .optional()
        .describe(
          "Of a PostgreSQL database: `env:NAME` or `file:PATH`, where the URL is. Left out: the gateway brings a database of its own. `SALLYPORT_DATABASE_URL` in the environment wins.",
        ),
      folder: z
        .string()
        .min(1)
        .default("state")
        .describe("Where the gateway's own database lies, and what belongs to this process alone."),
      staleSeconds: z
        .number()
        .min(0)
        .max(86_400)
        .default(300)
        .describe("How long sessions go on under what is known while the database is away."),
    })
    .prefault({})
    .describe("Where the gateway keeps what it is told, and what it has to remember."),
  recordings: z.string().min(1).describe("Folder that recordings are written to."),
  tls: z
    .union([
      z.strictObject({
        certificateFile: z.string().min(1).describe("PEM file of the gateway's certificate, with its chain."),
        keyFile: z.string().min(1).describe("PEM file of its key."),
      }),
      z.strictObject({
        names: z
          .array(z.string().min(1))
          .min(1)
          .describe(
            "The names by which clients and agents know the gateway, for which it makes a certificate of its own authority.",
          ),
      }),
    ])
    .describe("What clients see."),
  listeners: z
    .array(
      z.strictObject({
        protocol: z.string().min(1).describe("What clients speak here."),
        host: z.string().min(1).default("127.0.0.1").describe("The address to listen on."),
        port: port.describe("The port; 0: any that is free."),
        connection: z
          .string()
          .min(1)
          .optional()
          .describe(
            "The one connection that the port leads to, for clients that cannot name it; left out: any of the protocol.",
          ),
        plaintext: z
          .enum(["loopback", "always", "never"])
          .default("loopback")
          .describe("From where clients may log in without TLS."),
      }),
    )
    .min(1)
    .describe("Where clients connect."),
  tunnel: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1").describe("The address to listen on."),
      port: port.describe("The port; 0: any that is free."),
      addresses: z
        .array(z.string().regex(/^\S+:\d{1,5}$/, "an address such as gateway.example.com:7400"))
        .min(1)
        .optional()
        .describe(
          "Where agents that enrol are told to dial, as `HOST:PORT`; left out: the first of `tls.names`, at this port.",
        ),
      caFile: z
        .string()
        .min(1)
        .optional()
        .describe(
          "PEM file of an operator's own authority, whose agents are named by documents; the gateway's own is trusted besides.",
        ),
      certificateFile: z
        .string()
        .min(1)
        .optional()
        .describe("PEM file of what agents see; left out: a certificate of the gateway's own authority."),
      keyFile: z.string().min(1).optional().describe("PEM file of its key; together with `certificateFile`."),
    })
    .refine(
      (tunnel) => (tunnel.certificateFile === undefined) === (tunnel.keyFile === undefined),
      "must name certificateFile and keyFile together, or neither",
    )
    .optional()
    .describe("Where agents dial in. Left out for a gateway that only has an agent of its own."),
  relay: z
    .union([
      z.strictObject({
        host: z.string().min(1).default("127.0.0.1").describe("The address to listen on."),
        port: port.describe("The port; 0: any that is free."),
        address: z
          .string()
          .regex(/^\S+:\d{1,5}$/, "an address such as 10.0.3.7:7500")
          .optional()
          .describe(
            "Where the others reach it, as `HOST:PORT`; left out: where it listens. `SALLYPORT_RELAY_HOST` in the environment wins, with `port`.",
          ),
      }),
      z.strictObject({
        socket: z.string().min(1).describe("For replicas on one host: a socket of its own for each, and no port."),
      }),
    ])
    .optional()
    .describe(
      "Where other replicas reach this one, so that a session that came to one without an agent for it is passed on to one with. They know each other by the gateway's own authority. Left out: sessions are not passed on.",
    ),
  api: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1").describe("The address to listen on."),
      port: port.describe("The port; 0: any that is free."),
      socket: z
        .string()
        .min(1)
        .optional()
        .describe(
          "A socket for the gateway's own operating-system user, who is an administrator there; left out: `api.sock` in the state's folder.",
        ),
      metrics: z
        .enum(["public", "viewer"])
        .default("public")
        .describe("Who may read /metrics: anybody, or who has the role viewer."),
      requestsPerAddress: z.int().min(1).default(1_200).describe("Requests a minute of one address, whoever it is."),
      refusedPerAddress: z
        .int()
        .min(1)
        .default(60)
        .describe("Requests a minute of one address with tokens that are refused."),
      requestsPerPrincipal: z.int().min(1).default(600).describe("Requests a minute of one principal."),
    })
    .optional()
    .describe(
      "Where administrators, programs and enrolling agents ask, over TLS with the certificate that clients see. Left out: nowhere.",
    ),
  enrolment: z
    .strictObject({
      url: z
        .url({ protocol: /^https$/ })
        .optional()
        .describe("Of the API, as agents reach it; left out: the first of `tls.names`, at the API's port."),
      certificateHours: z
        .number()
        .positive()
        .max(8_760)
        .default(24)
        .describe("How long an agent's certificate is good; it is renewed when two thirds of that are over."),
    })
    .prefault({})
    .describe("How agents come in by a token."),
  sealing: z
    .strictObject({
      keys: z
        .array(z.string().regex(/^(env|file|command):\S/, "must be a reference: env:NAME, file:PATH or command:LINE"))
        .default([])
        .describe(
          "The newest first, which seals; all of them open. Each `env:NAME`, `file:PATH` or `command:LINE`. Left out: a key in the state's folder, made at the first start. Replicas need the same.",
        ),
    })
    .prefault({})
    .describe(
      "Under what the gateway's own secrets are sealed: credentials of connections, and the key of its authority.",
    ),
  masks: z
    .strictObject({
      keyFile: z
        .string()
        .min(1)
        .describe(
          "The key of the mask `hash`: a file with 64 hexadecimal digits, as `openssl rand -hex 32` makes one. Replicas need the same, and without it hashes change with each start.",
        ),
    })
    .optional()
    .describe("Left out: the key of the mask `hash` is the process's own."),
  events: eventsConfig
    .prefault({})
    .describe("Logins, refusals and administrative changes, told to others: [events.md](events.md)."),
  drainSeconds: z
    .number()
    .min(0)
    .max(3_600)
    .default(20)
    .describe("How long clients may take to finish what they are at when the gateway is told to stop."),
  limits: z
    .strictObject({
      connections: z.int().min(1).default(5_000).describe("Client connections in all."),
      loggingIn: z.int().min(1).default(500).describe("Connections that have not logged in yet: in all."),
      loggingInPerAddress: z.int().min(1).default(200).describe("The same, of one address."),
      watching: z
        .int()
        .min(1)
        .default(2_000)
        .describe("Connections that drivers keep to look at the server (MongoDB's do): in all."),
      watchingPerAddress: z.int().min(1).default(500).describe("The same, of one address."),
      loginSeconds: z.number().positive().default(10).describe("How long a login may take."),
      loginMessageBytes: z
        .int()
        .min(1024)
        .default(16 * 1024)
        .describe("The largest message before login."),
    })
    .prefault({})
    .describe("What clients may take up."),
});

export type GatewayConfig = z.infer<typeof gatewayConfig>;
export type GatewayConfigInput = z.input<typeof gatewayConfig>;
