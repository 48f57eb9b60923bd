import type { ApiApp, ApiMeans } from "../api-means.ts";
import { auditPage, auditQuery } from "../contract/audit.ts";

/** Who changed what. */
export function auditRoutes(app: ApiApp, { store: { audit } }: ApiMeans): void {
  app.get(
    "/v1/audit",
    {
      config: { access: "viewer" },
      schema: {
        tags: ["audit"],
        summary: "Administrative changes, the newest first",
        querystring: auditQuery,
        response: { 200: auditPage },
      },
    },
    async (request) => {
      const { limit, after, from, to, ...filter } = request.query;
      const { items, next } = await audit.list({ ...filter, from: dateOf(from), to: dateOf(to) }, { limit, after });
      return {
        items: items.map(({ id, at, actor, action, kind, name, before, after: then }) => {
          const { name: actorName, kind: actorKind, address, requestId } = actor;
          const who = { name: actorName, kind: actorKind, address, requestId };
          return { id, at: at.toISOString(), actor: who, action, kind, name, before, after: then };
        }),
        next,
      };
    },
  );
}

function dateOf(text: string | undefined): Date | undefined {
  return text === undefined ? undefined : new Date(text);
}
