import { policyCases } from "./policy-cases.ts";

/**
 * The demo's policies and the cases beside them, by file name. They are written once and then belong to the reader, who learns by
 * changing them.
 */
export const policyFiles: Readonly<Record<string, string>> = {
  "policy-dba.yaml": `# Who may do what. The gateway reads this folder and follows changes at once: edit, save, try again.
# Without a policy that allows it nothing happens at all; a deny beats every allow.
policy: dba
who:
  groups: [dba]
where:
  connections: [shop, shop-*]
rules:
  # Rules with nothing but verbs are about every table and column. Nothing is masked.
  - allow: ["*"]
`,
  "policy-engineers.yaml": `# Engineers look, and repair single rows. Of customers they see what tells one from another, not what could be misused.
policy: engineers
who:
  groups: [engineers]
  kinds: [human]
where:
  connections: [shop]
rules:
  # "session" is SET and SHOW, "transaction" is BEGIN and COMMIT: drivers need both.
  - allow: [session, transaction, explain]
  # What a view reads is read too: without employees.salary there is no payroll.
  - allow: [read, lock]
    on: [public.*]
    except: [public.api_keys]
    exceptColumns: [salary]
    limit: { rows: 20000, bytes: 50MB, timeout: 60s }
  - allow: [update]
    on: [public.orders]
    columns: [status]
  - allow: [update]
    on: [public.customers]
    columns: [name, email, phone, address, notes]
  - deny: [update]
    if: [noWhere, alwaysTrueWhere]
    because: Say which rows you mean.
  - deny: [create, alter, drop, truncate]
    because: Schema changes go through migrations.
masks:
  - columns: [public.customers.email]
    with: email
  - columns: [public.customers.phone, public.customers.ssn, "public.*.card_number"]
    with: { partial: 4 }
  # The profile is JSON: these parts of it are masked, the rest is shown.
  - columns: [public.customers.profile]
    at: ["$.birthday", "$.contact", "$.devices[*].ip"]
    with: redact
  # And whatever somebody wrote into free text.
  - find: [card-number]
    with: redact
session:
  max: 8h
  idle: 1h
`,
  "policy-ai-agents.yaml": `# AI agents read, and see nobody's personal data. What they may not do is said in words, because they act on what the error tells them.
policy: ai-agents
who:
  kinds: [ai-agent]
  groups: [ai-agents]
where:
  connections: [shop]
  databases: [shop]
rules:
  - allow: [session, transaction, explain]
  # No rule names functions, so none that somebody wrote may be called: what it does inside, nobody can tell.
  - allow: [read]
    on: [public.*]
    except: [public.api_keys]
    exceptColumns: [salary]
    limit: { rows: 1000, bytes: 5MB, timeout: 15s, statementsPerMinute: 300, sessions: 5 }
  - deny: [insert, update, delete, merge, truncate, create, alter, drop, grant, revoke, copy-in, copy-out]
    because: AI agents have read-only access; ask a human to make the change.
masks:
  - columns: ["public.*.email"]
    with: email
  - columns: [public.customers.phone, "public.*.card_number"]
    with: { partial: 4 }
  - columns: [public.customers.ssn, public.customers.address]
    with: redact
  - columns: [public.customers.profile]
    at: ["$.birthday", "$.contact", "$.devices[*].ip"]
    with: redact
  - find: [card-number, email, phone]
    with: redact
# A customer may be looked up by a whole e-mail address that one knows; sorting by it, or asking for a part of it, is refused.
inference: equality
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
  "policy-by-verb.yaml": `# MySQL and MongoDB (npm start -- --with mysql,mongo). Tables and columns are not told apart there yet: rules with "on" and masks would allow
# nothing, so these policies go by verb, and who reads there reads everything.
policy: engineers-by-verb
who:
  groups: [engineers]
  kinds: [human]
where:
  connections: [shop-*]
rules:
  - allow: [read, insert, update, explain, session, transaction, lock]
  - deny: [create, alter, drop, truncate]
    because: Schema changes go through migrations.
session:
  max: 8h
  idle: 1h
---
policy: ai-agents-by-verb
who:
  kinds: [ai-agent]
  groups: [ai-agents]
where:
  connections: [shop-*]
  databases: [shop]
rules:
  - allow: [read, explain, session, transaction]
  - deny: [insert, update, delete, merge, truncate, create, alter, drop, grant, revoke, copy-in, copy-out]
    because: AI agents have read-only access; ask a human to make the change.
session:
  max: 2h
  idle: 15m
`,
  "shop.cases.yaml": policyCases,
};
