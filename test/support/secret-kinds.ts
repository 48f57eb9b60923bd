/** Every kind of secret there is, with the files in which the sources make one of that kind a `Secret`. */
export const secretKinds = {
  "identity token": [
    "gateway/api/authenticate.ts",
    "protocol-mongo/client-login/sasl-start.ts",
    "protocol-mysql/client-login/clear-secret.ts",
    "protocol-pg/client-login/pg-login-talk.ts",
  ],
  "refresh token": [],
  ticket: ["gateway/tickets/mint-ticket.ts", "cli/client/mint-access.ts"],
  "password that was typed wrongly": [],
  "credential by env": ["shared/references/read-reference.ts"],
  "credential by file": ["shared/references/read-reference.ts", "protocol-mongo/server-login/authenticate.ts"],
  "credential by command": ["shared/references/read-reference.ts"],
  "sealed credential": [
    "gateway/api/routes/credential-routes.ts",
    "gateway/sealing/store-credentials.ts",
    "shared/tunnel/session-request-message.ts",
  ],
  "sealing key": [],
  "authority's key": [],
  "TLS key": [],
  "enrolment token": [
    "shared/enrolment/enrolment-token.ts",
    "gateway/enrolment/token-secret.ts",
    "cli/commands/agent-command.ts",
  ],
  "agent's key": [],
  "mask key": [],
  "state database's password": [
    "cli/state/state-database.ts",
    "cli/state/embedded-database.ts",
    "cli/servers/postgres-reader.ts",
    "cli/workers/run-worker.ts",
  ],
  "webhook secret": ["gateway/events/open-sink.ts"],
  "collector's token": [],
  "idempotency key": [],
  "cancel key": ["gateway/session/own-keys.ts", "gateway/session/create-session-means.ts"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type SecretKind = keyof typeof secretKinds;
