import { isNotNull } from "drizzle-orm";
import { principals } from "../schema.ts";
import type { Queries } from "./database.ts";
import type { PrincipalsPart } from "./state-parts.ts";

/** Reads who may not come in. */
export async function readRevokedPrincipals(queries: Queries, revision: number): Promise<PrincipalsPart> {
  const rows = await queries.select({ name: principals.name }).from(principals).where(isNotNull(principals.revokedAt));
  return { revision, revoked: new Set(rows.map(({ name }) => name)) };
}
