import { revisions } from "../schema.ts";
import { areas, type Area } from "./area.ts";
import type { Queries } from "./database.ts";
import { readAgents } from "./read-agents.ts";
import { readDocuments } from "./read-documents.ts";
import { readRevokedPrincipals } from "./read-revoked-principals.ts";
import { readTickets } from "./read-tickets.ts";
import type { StateParts } from "./state-parts.ts";

/**
 * Reads what has changed since `before`, all of one moment; without it, everything. Parts that turn out the same keep their
 * objects.
 */
export function readState(
  queries: Queries,
  protocols: readonly string[],
  before: StateParts | undefined,
  everything: boolean,
): Promise<StateParts> {
  return queries.transaction(
    async (transaction) => {
      const now = await readRevisions(transaction);
      const trusted = everything ? undefined : before;
      /** The part as it was, or a new one. */
      const renewed = async <A extends Area>(
        area: A,
        read: (revision: number) => Promise<StateParts[A]>,
      ): Promise<StateParts[A]> => {
        const part = trusted?.[area];
        return part !== undefined && part.revision === now[area] ? part : await read(now[area]);
      };
      return {
        documents: await renewed("documents", (revision) =>
          readDocuments(transaction, revision, protocols, before?.documents),
        ),
        tickets: await renewed("tickets", (revision) => readTickets(transaction, revision, trusted?.tickets)),
        agents: await renewed("agents", (revision) => readAgents(transaction, revision)),
        principals: await renewed("principals", (revision) => readRevokedPrincipals(transaction, revision)),
      };
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

async function readRevisions(queries: Queries): Promise<Readonly<Record<Area, number>>> {
  const found = new Map((await queries.select().from(revisions)).map(({ area, revision }) => [area, revision]));
  const [documents, tickets, agents, principals] = areas.map((area) => found.get(area) ?? 0);
  return { documents: documents ?? 0, tickets: tickets ?? 0, agents: agents ?? 0, principals: principals ?? 0 };
}
