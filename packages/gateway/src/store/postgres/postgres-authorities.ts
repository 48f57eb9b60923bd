import { desc, eq, sql } from "drizzle-orm";
import type { Authorities, AuthorityRow } from "../doors/authority.ts";
import { authority } from "../schema.ts";
import type { Changes } from "./change.ts";
import type { Database, Queries } from "./database.ts";

export function createAuthorities(database: Database, changes: Changes): Authorities {
  return {
    list: () => database.ask(list),

    ensure: (make, actor) =>
      changes.make(async ({ queries, audit }) => {
        // nobody else makes one meanwhile; reading goes on
        await queries.execute(sql`lock table ${authority} in share row exclusive mode`);
        const [newest] = await list(queries);
        if (newest !== undefined) return newest;
        const made = { ...(await make()), createdAt: new Date() };
        await queries.insert(authority).values(made);
        await audit(created(made), actor);
        return made;
      }),

    add: (made, actor) =>
      changes.make(async ({ queries, audit }) => {
        await queries.insert(authority).values({ ...made, createdAt: new Date() });
        await audit(created(made), actor);
      }),

    reseal: (id, sealedKey, keyId, actor) =>
      changes.make(async ({ queries, audit }) => {
        await queries.update(authority).set({ sealedKey, keyId }).where(eq(authority.id, id));
        await audit({ action: "resealed", kind: "authority", name: id, after: { keyId } }, actor);
      }),
  };
}

function created({ id, certificate, keyId }: Omit<AuthorityRow, "createdAt">) {
  return { action: "created", kind: "authority", name: id, after: { certificate, keyId } };
}

function list(queries: Queries): Promise<AuthorityRow[]> {
  return queries.select().from(authority).orderBy(desc(authority.createdAt), desc(authority.id)).execute();
}
