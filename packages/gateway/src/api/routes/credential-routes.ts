import { Secret } from "@sallyport/shared/secret";
import type { z } from "zod";
import type { CredentialRow } from "../../store/doors/credentials.ts";
import type { ApiApp, ApiMeans } from "../api-means.ts";
import { actorOf } from "../caller.ts";
import { credential, credentialPage, credentialRequest } from "../contract/credential.ts";
import { done } from "../contract/done.ts";
import { namePath } from "../contract/names.ts";
import { pageQuery } from "../contract/page.ts";
import { paginate } from "../paginate.ts";
import { notFound } from "../problem.ts";

const tags = ["credentials"];

/** Sealed credentials: they go in, and nobody reads them back. */
export function credentialRoutes(app: ApiApp, { store, credentials }: ApiMeans): void {
  app.get(
    "/v1/credentials",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "The credentials that the gateway keeps, without their secrets",
        querystring: pageQuery,
        response: { 200: credentialPage },
      },
    },
    async (request) => {
      const { items, next } = paginate(await store.credentials.list(), ({ name }) => name, request.query);
      return { items: items.map(shown), next };
    },
  );

  app.put(
    "/v1/credentials/:name",
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Seals a secret under a name, in place of the one that was there",
        params: namePath,
        body: credentialRequest,
        response: { 200: credential },
      },
    },
    async (request) => {
      const { secret, connection } = request.body;
      const { name } = request.params;
      return shown(await credentials.put({ name, connection, value: new Secret(secret) }, actorOf(request)));
    },
  );

  app.delete(
    "/v1/credentials/:name",
    {
      config: { access: "admin" },
      schema: { tags, summary: "Forgets a credential", params: namePath, response: { 204: done } },
    },
    async (request, reply) => {
      const { name } = request.params;
      if (!(await store.credentials.remove(name, actorOf(request)))) throw notFound(`The credential "${name}"`);
      return reply.code(204).send(null);
    },
  );
}

function shown({ createdAt, ...row }: CredentialRow): z.infer<typeof credential> {
  return { ...row, createdAt: createdAt.toISOString() };
}
