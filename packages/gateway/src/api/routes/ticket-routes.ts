import { GatewayError } from "@sallyport/shared/errors";
import type { z } from "zod";
import type { TicketRow } from "../../store/doors/tickets.ts";
import { mintTicket } from "../../tickets/mint-ticket.ts";
import type { ApiApp, ApiMeans } from "../api-means.ts";
import { actorOf, callerOf, hasRole, isOwn } from "../caller.ts";
import { done } from "../contract/done.ts";
import { ticketPath } from "../contract/names.ts";
import { ticketAnswer, ticketPage, ticketQuery, ticketRequest, type ticketSummary } from "../contract/ticket.ts";
import { carryOutOnce, idempotencyHeader } from "../idempotency.ts";
import { ownFilter } from "../own-filter.ts";
import { notFound } from "../problem.ts";
import { maySeeTicketsOf, ticketSubject } from "../ticket-subject.ts";

const tags = ["tickets"];

/** Tickets: one's own, and for administrators everybody's. */
export function ticketRoutes(app: ApiApp, { store, policy, portsOf, now }: ApiMeans): void {
  app.get(
    "/v1/tickets",
    {
      config: { access: "self" },
      schema: {
        tags,
        summary: "One's own tickets; with the role viewer everybody's",
        querystring: ticketQuery,
        response: { 200: ticketPage },
      },
    },
    async (request) => {
      const { limit, after, connection, valid, principal } = request.query;
      const filter = { connection, valid, principal: ownFilter(callerOf(request), principal) };
      const { items, next } = await store.tickets.list(filter, { limit, after });
      return { items: items.map(shown), next };
    },
  );

  app.post(
    "/v1/tickets",
    {
      config: { access: "self" },
      schema: {
        tags,
        summary: "Mints a ticket for a connection that one may log in to; as admin also for others",
        headers: idempotencyHeader,
        body: ticketRequest,
        response: { 201: ticketAnswer },
      },
    },
    (request, reply) =>
      carryOutOnce(request, reply, store.idempotencyKeys, {
        schema: ticketAnswer,
        carryOut: async () => {
          const { connection, lifetimeSeconds } = request.body;
          const snapshot = store.snapshot();
          const means = { policy, principals: store.principals, snapshot };
          const principal = await ticketSubject(request.body, callerOf(request), means);
          const expires = new Date(now() + lifetimeSeconds * 1000);
          const { ticket, secret } = await mintTicket({ principal, connection, expires });
          await store.tickets.add(ticket, actorOf(request));
          const document = snapshot.connections.get(connection);
          const kept = {
            name: ticket.name,
            connection,
            expires: ticket.expires,
            protocol: document?.protocol ?? "",
            database: document?.database,
            ports: document === undefined ? [] : [...portsOf(document)],
          };
          return { status: 201, answer: { ...kept, secret: secret.reveal() }, kept };
        },
      }),
  );

  app.delete(
    "/v1/tickets/:name",
    {
      config: { access: "self" },
      schema: { tags, summary: "Revokes a ticket; its sessions end", params: ticketPath, response: { 204: done } },
    },
    async (request, reply) => {
      const { name } = request.params;
      const caller = callerOf(request);
      const found = await store.tickets.find(name);
      if (found === undefined || !maySeeTicketsOf(caller, found.principal.name)) throw notFound(`The ticket "${name}"`);
      if (!isOwn(caller, found.principal.name) && !hasRole(caller, "admin")) {
        const detail = "Only an administrator revokes the tickets of others.";
        throw new GatewayError("api/forbidden", detail, { detail });
      }
      if (!(await store.tickets.revoke(name, actorOf(request)))) {
        const detail = `The ticket "${name}" was revoked before.`;
        throw new GatewayError("store/conflict", detail, { detail, hint: "Nothing needs to be done." });
      }
      return reply.code(204).send(null);
    },
  );
}

function shown(row: TicketRow): z.infer<typeof ticketSummary> {
  const { name, connection, createdBy } = row;
  const { kind, groups, onBehalfOf } = row.principal;
  return {
    name,
    principal: { name: row.principal.name, kind, groups: [...groups], onBehalfOf },
    connection,
    expires: row.expires.toISOString(),
    createdBy,
    createdAt: row.createdAt.toISOString(),
    revokedAt: row.revokedAt?.toISOString(),
  };
}
