/** The demo's policies by file name. They are written once and then belong to the reader, who learns by changing them. */
export const policyFiles: Readonly<Record<string, string>> = {
  "policy-dba.yaml": `# Who may do what. The gateway reads this folder and follows changes at once: edit, save, try again.
# Without a policy that allows it nothing happens at all; a deny beats every allow.
policy: dba
who:
  groups: [dba]
where:
  connections: [shop, shop-*]
rules:
  - allow: ["*"]
`,
  "policy-engineers.yaml": `# Engineers look and repair, and leave the schema alone.
policy: engineers
who:
  groups: [engineers]
  kinds: [human]
where:
  connections: [shop, shop-*]
rules:
  - allow: [read, insert, update, explain, session, transaction, lock, copy-out]
  - deny: [create, alter, drop, truncate]
    because: Schema changes go through migrations.
session:
  max: 8h
  idle: 1h
`,
  "policy-ai-agents.yaml": `# AI agents read. What they may not do is said in words, because they act on what the error tells them.
policy: ai-agents
who:
  kinds: [ai-agent]
  groups: [ai-agents]
where:
  connections: [shop, shop-*]
  databases: [shop]
rules:
  # "session" is SET and SHOW, "transaction" is BEGIN and COMMIT: drivers need both.
  - allow: [read, explain, session, transaction]
  - deny: [insert, update, delete, merge, truncate, create, alter, drop, grant, revoke, copy-in, copy-out]
    because: AI agents have read-only access; ask a human to make the change.
session:
  max: 2h
  idle: 15m
`,
  "policy-ci.yaml": `# Migrations change the schema and move data; nothing else of the pipeline needs this account.
policy: ci-migrations
who:
  principals: [ci-migrations]
  kinds: [service]
where:
  connections: [shop, shop-*]
rules:
  - allow: [read, insert, update, delete, create, alter, drop, truncate, session, transaction, lock, explain]
  - deny: [grant, revoke, admin]
    because: Rights are given by the owners of the database, not by migrations.
session:
  max: 1h
  idle: 5m
`,
};
