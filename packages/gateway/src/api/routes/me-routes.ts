import type { ApiApp, ApiMeans } from "../api-means.ts";
import { callerOf } from "../caller.ts";
import { me, reachableConnectionPage } from "../contract/me.ts";
import { pageQuery } from "../contract/page.ts";
import { paginate } from "../paginate.ts";

const tags = ["me"];

/** Who is asking, and where that may go. */
export function meRoutes(app: ApiApp, { store, policy, portsOf }: ApiMeans): void {
  app.get(
    "/v1/me",
    { config: { access: "self" }, schema: { tags, summary: "Who is asking", response: { 200: me } } },
    async (request) => {
      const caller = callerOf(request);
      const roles = [...caller.roles];
      if (caller.kind === "local") return { name: "local", kind: "local" as const, groups: [], roles };
      const { principal, identityProvider, expires } = caller;
      const { name, kind, groups, onBehalfOf } = principal;
      const issuer = principal.claims["iss"];
      // it is asked at each login of the command line, and somebody who was seen here can be given a ticket or be revoked
      store.principals.seen(principal, typeof issuer === "string" ? issuer : undefined);
      return { name, kind, groups: [...groups], onBehalfOf, roles, identityProvider, expires: expires.toISOString() };
    },
  );

  app.get(
    "/v1/me/connections",
    {
      config: { access: "self" },
      schema: {
        tags,
        summary: "The connections that the asking principal may log in to now",
        querystring: pageQuery,
        response: { 200: reachableConnectionPage },
      },
    },
    async (request) => {
      const caller = callerOf(request);
      if (caller.kind === "local") return { items: [] };
      const reachable = [...store.snapshot().connections.values()].filter(({ connection, database }) => {
        return policy.viewFor({ principal: caller.principal, connection, database }).access().kind === "some";
      });
      const { items, next } = paginate(reachable, ({ connection }) => connection, request.query);
      return {
        items: items.map((document) => ({
          name: document.connection,
          protocol: document.protocol,
          database: document.database,
          ports: [...portsOf(document)],
        })),
        next,
      };
    },
  );
}
