import { GatewayError } from "@sallyport/shared/errors";
import type { z } from "zod";
import type { EnrolmentDesk } from "../../enrolment/enrolment-desk.ts";
import type { EnrolmentTokenRow } from "../../store/doors/enrolment-tokens.ts";
import type { ApiApp, ApiMeans } from "../api-means.ts";
import { bearerOf } from "../authenticate.ts";
import { actorOf, addressOf } from "../caller.ts";
import { done } from "../contract/done.ts";
import {
  enrolAnswer,
  enrolmentTokenAnswer,
  enrolmentTokenPage,
  enrolmentTokenRequest,
  enrolRequest,
  type enrolmentToken,
} from "../contract/enrolment.ts";
import { idPath } from "../contract/names.ts";
import { pageQuery } from "../contract/page.ts";
import { carryOutOnce, idempotencyHeader } from "../idempotency.ts";
import { paginate } from "../paginate.ts";
import { notFound } from "../problem.ts";

const tags = ["enrolment"];

/** Tokens by which agents come in, and how one does. */
export function enrolmentRoutes(app: ApiApp, { store, enrolment }: ApiMeans): void {
  app.get(
    "/v1/enrolment-tokens",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "The enrolment tokens, used ones too",
        querystring: pageQuery,
        response: { 200: enrolmentTokenPage },
      },
    },
    async (request) => {
      const { items, next } = paginate(await store.enrolmentTokens.list(), ({ id }) => id, request.query);
      return { items: items.map(shown), next };
    },
  );

  app.post(
    "/v1/enrolment-tokens",
    {
      config: { access: "admin" },
      schema: {
        tags,
        summary: "Makes a one-time token for an agent of a group",
        headers: idempotencyHeader,
        body: enrolmentTokenRequest,
        response: { 201: enrolmentTokenAnswer },
      },
    },
    (request, reply) =>
      carryOutOnce(request, reply, store.idempotencyKeys, {
        schema: enrolmentTokenAnswer,
        carryOut: async () => {
          const { id, token, group, expires } = await deskOf(enrolment).mintToken(request.body, actorOf(request));
          const kept = { id, group, expires: expires.toISOString() };
          return { status: 201, answer: { ...kept, token: token.reveal() }, kept };
        },
      }),
  );

  app.delete(
    "/v1/enrolment-tokens/:id",
    {
      config: { access: "admin" },
      schema: { tags, summary: "Takes a token back that was not used", params: idPath, response: { 204: done } },
    },
    async (request, reply) => {
      const revoked = await store.enrolmentTokens.revoke(request.params.id, actorOf(request));
      if (!revoked) throw notFound("An enrolment token of this id that was not used");
      return reply.code(204).send(null);
    },
  );

  app.post(
    "/v1/agents/enrol",
    {
      config: { access: "enrolment" },
      bodyLimit: 32 * 1024,
      schema: { tags, summary: "An agent comes in", body: enrolRequest, response: { 201: enrolAnswer } },
    },
    async (request, reply) => {
      const grant = await deskOf(enrolment).enrol(
        { secret: bearerOf(request.raw), csr: request.body.csr },
        addressOf(request) ?? "local",
      );
      const answer: z.infer<typeof enrolAnswer> = { ...grant, tunnels: [...grant.tunnels] };
      return reply.code(201).send(answer);
    },
  );
}

function deskOf(enrolment: EnrolmentDesk | undefined): EnrolmentDesk {
  if (enrolment !== undefined) return enrolment;
  const detail = "Agents do not dial in to this gateway.";
  throw new GatewayError("api/not-found", detail, { detail, hint: "Configure `tunnel` first." });
}

function shown(row: EnrolmentTokenRow): z.infer<typeof enrolmentToken> {
  const { id, group, createdBy, usedBy } = row;
  return {
    id,
    group,
    createdBy,
    createdAt: row.createdAt.toISOString(),
    expires: row.expires.toISOString(),
    usedAt: row.usedAt?.toISOString(),
    usedBy,
  };
}
