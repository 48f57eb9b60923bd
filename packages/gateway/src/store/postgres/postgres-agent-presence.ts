import { asc, eq } from "drizzle-orm";
import type { AgentPresence } from "../doors/agent-presence.ts";
import { agentPresence } from "../schema.ts";
import type { Database } from "./database.ts";

export function createAgentPresence(database: Database): AgentPresence {
  return {
    report: (replica, present) =>
      database.transact(async (queries) => {
        await queries.delete(agentPresence).where(eq(agentPresence.replica, replica));
        const rows = present.map(({ group, ...one }) => ({ ...one, agentGroup: group, replica }));
        if (rows.length > 0) await queries.insert(agentPresence).values(rows);
      }),

    list: () =>
      database.ask(async (queries) => {
        const rows = await queries.select().from(agentPresence).orderBy(asc(agentPresence.agent));
        return rows.map(({ agentGroup, health, ...row }) => {
          return { ...row, group: agentGroup, health: typeof health === "object" ? { ...health } : {} };
        });
      }),
  };
}
