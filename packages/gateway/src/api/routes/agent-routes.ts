import { GatewayError } from "@sallyport/shared/errors";
import type { ApiApp, ApiMeans } from "../api-means.ts";
import { actorOf } from "../caller.ts";
import { agent, agentGroupPage, agentPage } from "../contract/agent.ts";
import { done } from "../contract/done.ts";
import { namePath } from "../contract/names.ts";
import { pageQuery } from "../contract/page.ts";
import { paginate } from "../paginate.ts";
import { notFound } from "../problem.ts";
import { shownAgents } from "../shown-agents.ts";

const tags = ["agents"];

/** Agents and their groups. How one comes in is in the enrolment routes. */
export function agentRoutes(app: ApiApp, { store, tunnels }: ApiMeans): void {
  async function all(): Promise<ReturnType<typeof shownAgents>> {
    const [enrolled, present, set] = await Promise.all([
      store.agents.list(),
      store.agentPresence.list(),
      store.documents.readAll(),
    ]);
    const named = new Set(set.documents.flatMap(({ kind, name }) => (kind === "agent" ? name : [])));
    // enrolled ones are in the snapshot too
    const snapshot = store.snapshot();
    const documents = snapshot.agents.filter((document) => named.has(document.agent));
    return shownAgents({ enrolled, present, documents, own: store.replicas.own, tunnels: tunnels.tunnels, snapshot });
  }

  app.get(
    "/v1/agents",
    {
      config: { access: "viewer" },
      schema: { tags, summary: "All agents", querystring: pageQuery, response: { 200: agentPage } },
    },
    async (request) => paginate(await all(), ({ name }) => name, request.query),
  );

  app.get(
    "/v1/agents/:name",
    {
      config: { access: "viewer" },
      schema: { tags, summary: "One agent", params: namePath, response: { 200: agent } },
    },
    async (request) => {
      const { name } = request.params;
      const found = (await all()).find((one) => one.name === name);
      if (found === undefined) throw notFound(`The agent "${name}"`);
      return found;
    },
  );

  app.delete(
    "/v1/agents/:name",
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Revokes an agent: its tunnels end, and it cannot come back without a new token",
        params: namePath,
        response: { 204: done },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (!(await store.agents.revoke(name, actorOf(request)))) throw await whyNotRevoked(name);
      return reply.code(204).send(null);
    },
  );

  app.get(
    "/v1/agent-groups",
    {
      config: { access: "viewer" },
      schema: { tags, summary: "All agent groups", querystring: pageQuery, response: { 200: agentGroupPage } },
    },
    async (request) => {
      const agents = (await all()).filter(({ revokedAt }) => revokedAt === undefined);
      const connections = [...store.snapshot().connections.values()];
      const inTunnels = tunnels.tunnels.map(({ group }) => group);
      const names = [...agents.map(({ group }) => group), ...connections.map(({ agentGroup }) => agentGroup)];
      const groups = [...new Set([...names, ...inTunnels])].map((name) => {
        const ofGroup = agents.filter(({ group }) => group === name);
        const served = connections.filter(({ agentGroup }) => agentGroup === name);
        const dialled = tunnels.tunnels.filter(({ group }) => group === name).map(({ agent: agentName }) => agentName);
        const online = ofGroup.flatMap((one) => (one.online.length > 0 ? one.name : []));
        return {
          name,
          connections: served.map(({ connection }) => connection),
          agents: ofGroup.map((one) => one.name),
          online: [...new Set([...online, ...dialled])],
        };
      });
      return paginate(groups, ({ name }) => name, request.query);
    },
  );

  async function whyNotRevoked(name: string): Promise<GatewayError> {
    const found = (await all()).find((one) => one.name === name);
    if (found === undefined) return notFound(`The agent "${name}"`);
    if (found.source === "enrolled") {
      const detail = `The agent "${name}" was revoked before.`;
      return new GatewayError("store/conflict", detail, { detail, hint: "Nothing needs to be done." });
    }
    const detail = `The agent "${name}" is a document of the operators' own.`;
    return new GatewayError("store/conflict", detail, {
      detail,
      hint: "Delete the document: apply without it, with prune.",
    });
  }
}
