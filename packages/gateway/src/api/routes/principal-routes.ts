import { GatewayError } from "@sallyport/shared/errors";
import type { z } from "zod";
import { principalNameFault } from "../../login/principal-name.ts";
import type { PrincipalRow } from "../../store/doors/principals.ts";
import type { ApiApp, ApiMeans } from "../api-means.ts";
import { actorOf } from "../caller.ts";
import { done } from "../contract/done.ts";
import { principalPath } from "../contract/names.ts";
import { principalPage, principalQuery, principalSummary } from "../contract/principal.ts";
import { notFound } from "../problem.ts";

const tags = ["principals"];

/** Who was seen, and who is no longer let in. */
export function principalRoutes(app: ApiApp, { store: { principals } }: ApiMeans): void {
  app.get(
    "/v1/principals",
    {
      config: { access: "viewer" },
      schema: { tags, summary: "Principals, by name", querystring: principalQuery, response: { 200: principalPage } },
    },
    async (request) => {
      const { kind, revoked, ...page } = request.query;
      const { items, next } = await principals.list({ kind, revoked }, page);
      return { items: items.map(shown), next };
    },
  );

  app.get(
    "/v1/principals/:name",
    {
      config: { access: "viewer" },
      schema: { tags, summary: "One principal", params: principalPath, response: { 200: principalSummary } },
    },
    async (request) => {
      const found = await principals.find(request.params.name);
      if (found === undefined) throw notFound(`The principal "${request.params.name}"`);
      return shown(found);
    },
  );

  app.put(
    "/v1/principals/:name/revoked",
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Revokes a principal: its sessions end, and nobody of this name is let in, seen before or not",
        params: principalPath,
        response: { 204: done },
      },
    },
    async (request, reply) => {
      const { name } = request.params;
      const fault = principalNameFault(name);
      if (fault !== undefined) {
        const detail = `"${name}" cannot name a principal: ${fault}.`;
        throw new GatewayError("api/invalid", detail, { detail });
      }
      await principals.revoke(name, actorOf(request));
      return reply.code(204).send(null);
    },
  );

  app.delete(
    "/v1/principals/:name/revoked",
    {
      config: { access: "admin" },
      schema: { tags, summary: "Lets a principal in again", params: principalPath, response: { 204: done } },
    },
    async (request, reply) => {
      await principals.restore(request.params.name, actorOf(request));
      return reply.code(204).send(null);
    },
  );
}

function shown(row: PrincipalRow): z.infer<typeof principalSummary> {
  const { name, kind, issuer, groups, revokedBy } = row;
  return {
    name,
    kind,
    issuer,
    groups: [...groups],
    firstSeen: row.firstSeen?.toISOString(),
    lastSeen: row.lastSeen?.toISOString(),
    revokedAt: row.revokedAt?.toISOString(),
    revokedBy,
  };
}
