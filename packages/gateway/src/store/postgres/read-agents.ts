import { asc, isNull } from "drizzle-orm";
import { agents } from "../schema.ts";
import type { Queries } from "./database.ts";
import type { AgentsPart } from "./state-parts.ts";

/** Reads the enrolled agents that may dial in, each under its certificate and the one before. */
export async function readAgents(queries: Queries, revision: number): Promise<AgentsPart> {
  const rows = await queries.select().from(agents).where(isNull(agents.revokedAt)).orderBy(asc(agents.name));
  return {
    revision,
    agents: rows.flatMap(({ name, agentGroup, fingerprint, previousFingerprint, enrolledAt }) =>
      [fingerprint, previousFingerprint].flatMap((certificate) =>
        certificate === null
          ? []
          : [{ agent: name, group: agentGroup, certificate, enrolment: enrolledAt.toISOString() }],
      ),
    ),
  };
}
