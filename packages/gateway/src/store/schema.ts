import { sql } from "drizzle-orm";
import {
  bigint,
  bigserial,
  boolean,
  customType,
  index,
  integer,
  jsonb,
  pgSchema,
  primaryKey,
  text,
  timestamp,
} from "drizzle-orm/pg-core";

/** Everything the gateway keeps lies in one schema, so that it can share a database with others. */
export const sallyport = pgSchema("sallyport");

const bytea = customType<{ data: Buffer }>({ dataType: () => "bytea" });
/** To the millisecond, as JavaScript has it: a cursor made of one finds its row again. */
const moment = (name: string) => timestamp(name, { withTimezone: true, precision: 3 });
const now = sql`now()`;

/** What was done to the schema so far; see migrate.ts. */
export const migrations = sallyport.table("migrations", {
  hash: text("hash").primaryKey(),
  madeAt: bigint("made_at", { mode: "number" }).notNull(),
  appliedAt: moment("applied_at").notNull().default(now),
});

/** How often each part of the snapshot has changed; a change of the part takes its row first, so that changes come one after another. */
export const revisions = sallyport.table("revisions", {
  area: text("area").primaryKey(),
  revision: bigint("revision", { mode: "number" }).notNull(),
});

/** The documents as they are now. `revision` is that of the area `documents` at which one was last changed. */
export const documents = sallyport.table(
  "documents",
  {
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    body: jsonb("body").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    author: text("author").notNull(),
    changedAt: moment("changed_at").notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.kind, table.name] })],
);

/** Every form that a document ever had; a null body says that it was deleted. */
export const documentRevisions = sallyport.table(
  "document_revisions",
  {
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    revision: bigint("revision", { mode: "number" }).notNull(),
    body: jsonb("body"),
    author: text("author").notNull(),
    at: moment("at").notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.kind, table.name, table.revision] })],
);

export const tickets = sallyport.table(
  "tickets",
  {
    name: text("name").primaryKey(),
    principal: jsonb("principal").notNull(),
    connection: text("connection").notNull(),
    expires: moment("expires").notNull(),
    verifier: jsonb("verifier").notNull(),
    createdBy: text("created_by").notNull(),
    createdAt: moment("created_at").notNull().default(now),
    revokedAt: moment("revoked_at"),
    revokedBy: text("revoked_by"),
    /** That of the area `tickets` at its last change, so that replicas read only what is new. */
    revision: bigint("revision", { mode: "number" }).notNull(),
  },
  (table) => [
    index("tickets_by_revision").on(table.revision),
    index("tickets_by_expires").on(table.expires),
    index("tickets_by_created").on(table.createdAt, table.name),
  ],
);

/** Agents that enrolled; those of an operator's own PKI are documents. */
export const agents = sallyport.table("agents", {
  name: text("name").primaryKey(),
  agentGroup: text("agent_group").notNull(),
  fingerprint: text("fingerprint").notNull().unique(),
  /** Of the certificate before the last renewal, good until the agent has taken up the new one. */
  previousFingerprint: text("previous_fingerprint"),
  serial: text("serial").notNull(),
  enrolledAt: moment("enrolled_at").notNull().default(now),
  enrolledBy: text("enrolled_by").notNull(),
  renewedAt: moment("renewed_at"),
  expires: moment("expires").notNull(),
  revokedAt: moment("revoked_at"),
  revokedBy: text("revoked_by"),
});

/** The gateway's processes. One that no longer tells the time is dead. */
export const replicas = sallyport.table("replicas", {
  id: text("id").primaryKey(),
  relayAddress: text("relay_address"),
  startedAt: moment("started_at").notNull().default(now),
  heartbeatAt: moment("heartbeat_at").notNull().default(now),
  draining: boolean("draining").notNull().default(false),
});

/** Which agent has a tunnel to which replica. */
export const agentPresence = sallyport.table(
  "agent_presence",
  {
    agent: text("agent").notNull(),
    replica: text("replica")
      .notNull()
      .references(() => replicas.id, { onDelete: "cascade" }),
    agentGroup: text("agent_group").notNull(),
    instance: text("instance").notNull(),
    epoch: bigint("epoch", { mode: "number" }).notNull(),
    since: moment("since").notNull().default(now),
    lastEcho: moment("last_echo").notNull().default(now),
    health: jsonb("health").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.agent, table.instance, table.replica] }),
    index("agent_presence_by_replica").on(table.replica),
    index("agent_presence_by_group").on(table.agentGroup),
  ],
);

/** Of a token only its digest is kept. */
export const enrolmentTokens = sallyport.table("enrolment_tokens", {
  id: text("id").primaryKey(),
  tokenHash: bytea("token_hash").notNull().unique(),
  agentGroup: text("agent_group").notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: moment("created_at").notNull().default(now),
  expires: moment("expires").notNull(),
  usedAt: moment("used_at"),
  usedBy: text("used_by"),
  revokedAt: moment("revoked_at"),
});

/** The gateway's own authorities; the newest signs. */
export const authority = sallyport.table("authority", {
  id: text("id").primaryKey(),
  certificate: text("certificate").notNull(),
  sealedKey: bytea("sealed_key").notNull(),
  keyId: text("key_id").notNull(),
  createdAt: moment("created_at").notNull().default(now),
});

/** Sealed secrets for servers. */
export const credentials = sallyport.table("credentials", {
  name: text("name").primaryKey(),
  connection: text("connection"),
  sealed: bytea("sealed").notNull(),
  keyId: text("key_id").notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: moment("created_at").notNull().default(now),
  revision: bigint("revision", { mode: "number" }).notNull(),
});

/** Whoever was let in once, and who is no longer. */
export const principals = sallyport.table(
  "principals",
  {
    name: text("name").primaryKey(),
    kind: text("kind").notNull(),
    /** Of the token; null for one that so far came by ticket only. */
    issuer: text("issuer"),
    groups: jsonb("groups").$type<readonly string[]>().notNull(),
    firstSeen: moment("first_seen"),
    lastSeen: moment("last_seen"),
    revokedAt: moment("revoked_at"),
    revokedBy: text("revoked_by"),
  },
  (table) => [
    index("principals_revoked")
      .on(table.name)
      .where(sql`revoked_at is not null`),
  ],
);

export const sessions = sallyport.table(
  "sessions",
  {
    id: text("id").primaryKey(),
    replica: text("replica").notNull(),
    principal: text("principal").notNull(),
    onBehalfOf: text("on_behalf_of"),
    kind: text("kind").notNull(),
    connection: text("connection").notNull(),
    database: text("database"),
    protocol: text("protocol").notNull(),
    address: text("address").notNull(),
    agent: text("agent"),
    openedAt: moment("opened_at").notNull(),
    closedAt: moment("closed_at"),
    /** Null for one that its client ended in order. */
    endCode: text("end_code"),
    statements: integer("statements").notNull().default(0),
  },
  (table) => [
    index("sessions_open")
      .on(table.replica)
      .where(sql`closed_at is null`),
    index("sessions_by_opened").on(table.openedAt, table.id),
    index("sessions_by_principal").on(table.principal, table.openedAt),
    index("sessions_by_connection").on(table.connection, table.openedAt),
  ],
);

/** What was changed, by whom. Never holds a secret. */
export const audit = sallyport.table(
  "audit",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    at: moment("at").notNull().default(now),
    actor: text("actor").notNull(),
    actorKind: text("actor_kind").notNull(),
    action: text("action").notNull(),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    before: jsonb("before"),
    after: jsonb("after"),
    address: text("address"),
    requestId: text("request_id"),
  },
  (table) => [
    index("audit_by_actor").on(table.actor, table.id),
    index("audit_by_name").on(table.kind, table.name, table.id),
  ],
);

/** Answers to requests that may come twice. */
export const idempotencyKeys = sallyport.table(
  "idempotency_keys",
  {
    principal: text("principal").notNull(),
    key: text("key").notNull(),
    requestHash: text("request_hash").notNull(),
    /** Null while the request is being carried out. */
    status: integer("status"),
    answer: jsonb("answer"),
    at: moment("at").notNull().default(now),
  },
  (table) => [primaryKey({ columns: [table.principal, table.key] }), index("idempotency_keys_by_at").on(table.at)],
);

/** Small random values that all replicas have to agree on, such as the one that makes the challenges of tickets that do not exist. */
export const sharedKeys = sallyport.table("shared_keys", {
  name: text("name").primaryKey(),
  value: bytea("value").notNull(),
  createdAt: moment("created_at").notNull().default(now),
});
