CREATE SCHEMA IF NOT EXISTS "sallyport";
--> statement-breakpoint
CREATE TABLE "sallyport"."agent_presence" (
	"agent" text NOT NULL,
	"replica" text NOT NULL,
	"agent_group" text NOT NULL,
	"instance" text NOT NULL,
	"epoch" bigint NOT NULL,
	"since" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"last_echo" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"health" jsonb NOT NULL,
	CONSTRAINT "agent_presence_agent_instance_replica_pk" PRIMARY KEY("agent","instance","replica")
);
--> statement-breakpoint
CREATE TABLE "sallyport"."agents" (
	"name" text PRIMARY KEY NOT NULL,
	"agent_group" text NOT NULL,
	"fingerprint" text NOT NULL,
	"previous_fingerprint" text,
	"serial" text NOT NULL,
	"enrolled_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"enrolled_by" text NOT NULL,
	"renewed_at" timestamp (3) with time zone,
	"expires" timestamp (3) with time zone NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"revoked_by" text,
	CONSTRAINT "agents_fingerprint_unique" UNIQUE("fingerprint")
);
--> statement-breakpoint
CREATE TABLE "sallyport"."audit" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"actor_kind" text NOT NULL,
	"action" text NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"address" text,
	"request_id" text
);
--> statement-breakpoint
CREATE TABLE "sallyport"."authority" (
	"id" text PRIMARY KEY NOT NULL,
	"certificate" text NOT NULL,
	"sealed_key" "bytea" NOT NULL,
	"key_id" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sallyport"."credentials" (
	"name" text PRIMARY KEY NOT NULL,
	"connection" text,
	"sealed" "bytea" NOT NULL,
	"key_id" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sallyport"."document_revisions" (
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"revision" bigint NOT NULL,
	"body" jsonb,
	"author" text NOT NULL,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "document_revisions_kind_name_revision_pk" PRIMARY KEY("kind","name","revision")
);
--> statement-breakpoint
CREATE TABLE "sallyport"."documents" (
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"body" jsonb NOT NULL,
	"revision" bigint NOT NULL,
	"author" text NOT NULL,
	"changed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "documents_kind_name_pk" PRIMARY KEY("kind","name")
);
--> statement-breakpoint
CREATE TABLE "sallyport"."enrolment_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"agent_group" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires" timestamp (3) with time zone NOT NULL,
	"used_at" timestamp (3) with time zone,
	"used_by" text,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "enrolment_tokens_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "sallyport"."idempotency_keys" (
	"principal" text NOT NULL,
	"key" text NOT NULL,
	"request_hash" text NOT NULL,
	"status" integer,
	"answer" jsonb,
	"at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys_principal_key_pk" PRIMARY KEY("principal","key")
);
--> statement-breakpoint
CREATE TABLE "sallyport"."migrations" (
	"hash" text PRIMARY KEY NOT NULL,
	"made_at" bigint NOT NULL,
	"applied_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sallyport"."principals" (
	"name" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"issuer" text,
	"groups" jsonb NOT NULL,
	"first_seen" timestamp (3) with time zone,
	"last_seen" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"revoked_by" text
);
--> statement-breakpoint
CREATE TABLE "sallyport"."replicas" (
	"id" text PRIMARY KEY NOT NULL,
	"relay_address" text,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"draining" boolean DEFAULT false NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sallyport"."revisions" (
	"area" text PRIMARY KEY NOT NULL,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sallyport"."sessions" (
	"id" text PRIMARY KEY NOT NULL,
	"replica" text NOT NULL,
	"principal" text NOT NULL,
	"on_behalf_of" text,
	"kind" text NOT NULL,
	"connection" text NOT NULL,
	"database" text,
	"protocol" text NOT NULL,
	"address" text NOT NULL,
	"agent" text,
	"opened_at" timestamp (3) with time zone NOT NULL,
	"closed_at" timestamp (3) with time zone,
	"end_code" text,
	"statements" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sallyport"."shared_keys" (
	"name" text PRIMARY KEY NOT NULL,
	"value" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sallyport"."tickets" (
	"name" text PRIMARY KEY NOT NULL,
	"principal" jsonb NOT NULL,
	"connection" text NOT NULL,
	"expires" timestamp (3) with time zone NOT NULL,
	"verifier" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"revoked_at" timestamp (3) with time zone,
	"revoked_by" text,
	"revision" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "sallyport"."agent_presence" ADD CONSTRAINT "agent_presence_replica_replicas_id_fk" FOREIGN KEY ("replica") REFERENCES "sallyport"."replicas"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "agent_presence_by_replica" ON "sallyport"."agent_presence" USING btree ("replica");--> statement-breakpoint
CREATE INDEX "agent_presence_by_group" ON "sallyport"."agent_presence" USING btree ("agent_group");--> statement-breakpoint
CREATE INDEX "audit_by_actor" ON "sallyport"."audit" USING btree ("actor","id");--> statement-breakpoint
CREATE INDEX "audit_by_name" ON "sallyport"."audit" USING btree ("kind","name","id");--> statement-breakpoint
CREATE INDEX "idempotency_keys_by_at" ON "sallyport"."idempotency_keys" USING btree ("at");--> statement-breakpoint
CREATE INDEX "principals_revoked" ON "sallyport"."principals" USING btree ("name") WHERE revoked_at is not null;--> statement-breakpoint
CREATE INDEX "sessions_open" ON "sallyport"."sessions" USING btree ("replica") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "sessions_by_opened" ON "sallyport"."sessions" USING btree ("opened_at","id");--> statement-breakpoint
CREATE INDEX "sessions_by_principal" ON "sallyport"."sessions" USING btree ("principal","opened_at");--> statement-breakpoint
CREATE INDEX "sessions_by_connection" ON "sallyport"."sessions" USING btree ("connection","opened_at");--> statement-breakpoint
CREATE INDEX "tickets_by_revision" ON "sallyport"."tickets" USING btree ("revision");--> statement-breakpoint
CREATE INDEX "tickets_by_expires" ON "sallyport"."tickets" USING btree ("expires");--> statement-breakpoint
CREATE INDEX "tickets_by_created" ON "sallyport"."tickets" USING btree ("created_at","name");