import { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { GatewayError } from "@sallyport/shared/errors";
import { z } from "zod";
import { askToEndSession } from "../../session/session-control.ts";
import type { SessionRow } from "../../store/doors/sessions.ts";
import type { ApiApp, ApiMeans } from "../api-means.ts";
import { assertStillWelcome } from "../authenticate.ts";
import { actorOf, callerKey, callerOf, hasRole, isOwn, type Caller } from "../caller.ts";
import { idPath } from "../contract/names.ts";
import { eventsQuery, sessionPage, sessionQuery, sessionSummary } from "../contract/session.ts";
import { ownFilter } from "../own-filter.ts";
import { notFound } from "../problem.ts";
import { RecordingReaders } from "../recording-readers.ts";

const tags = ["sessions"];
const anyText = z.unknown().meta({ type: "string" });
const END_WITHIN_MS = 3_000;
const LOOK_AGAIN_MS = 100;
const STORE_EVERY_MS = 2_000;

/** Sessions of all replicas: one's own, and with the role viewer everybody's. */
export function sessionRoutes(app: ApiApp, { store, recordings, now }: ApiMeans): void {
  const readers = new RecordingReaders();

  async function findFor(caller: Caller, id: string): Promise<SessionRow> {
    const found = await store.sessions.find(id);
    // what belongs to others is as if it were not there
    if (found === undefined || !(isOwn(caller, found.principal) || hasRole(caller, "viewer")))
      throw notFound("A session of this id");
    return found;
  }

  app.get(
    "/v1/sessions",
    {
      config: { access: "self" },
      schema: {
        tags,
        summary: "Sessions, the newest first",
        querystring: sessionQuery,
        response: { 200: sessionPage },
      },
    },
    async (request) => {
      const { limit, after, open, connection, replica, principal } = request.query;
      const filter = { open, connection, replica, principal: ownFilter(callerOf(request), principal) };
      const { items, next } = await store.sessions.list(filter, { limit, after });
      return { items: items.map(shown), next };
    },
  );

  app.get(
    "/v1/sessions/:id",
    {
      config: { access: "self" },
      schema: { tags, summary: "One session", params: idPath, response: { 200: sessionSummary } },
    },
    async (request) => shown(await findFor(callerOf(request), request.params.id)),
  );

  app.delete(
    "/v1/sessions/:id",
    {
      config: { access: "self" },
      schema: {
        tags,
        summary: "Ends a session, on whatever replica it is",
        params: idPath,
        response: { 200: sessionSummary, 202: sessionSummary },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const found = await findFor(caller, request.params.id);
      if (!isOwn(caller, found.principal) && !hasRole(caller, "admin")) {
        const detail = "Only an administrator ends the sessions of others.";
        throw new GatewayError("api/forbidden", detail, { detail });
      }
      if (found.closedAt !== undefined) return reply.code(200).send(shown(found));
      await store.audit.write(
        { action: "killed", kind: "session", name: found.id, before: about(found) },
        actorOf(request),
      );
      await askToEndSession(store.control, found.id);
      const ended = await untilEnded(found);
      return reply.code(ended.closedAt === undefined ? 202 : 200).send(shown(ended));
    },
  );

  app.get(
    "/v1/sessions/:id/events",
    {
      config: { access: "self" },
      schema: {
        tags,
        summary: "The session's recording, one JSON object a line; goes on as long as the session is open",
        params: idPath,
        querystring: eventsQuery,
        response: { 200: { description: "Events", content: { "application/x-ndjson": { schema: anyText } } } },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const found = await findFor(caller, request.params.id);
      const aborted = new AbortController();
      const events = await recordings.read(found.id, {
        openedAt: found.openedAt,
        signal: aborted.signal,
        goesOn: request.query.follow === false ? async () => false : goesOn(caller, found),
      });
      if (events === undefined) throw recordedElsewhere(found);
      if (!isOwn(caller, found.principal))
        await store.audit.write({ action: "read", kind: "recording", name: found.id }, actorOf(request));
      const leave = readers.enter(callerKey(caller));
      const stream = Readable.from(events, { objectMode: false });
      stream.once("close", () => {
        leave();
        aborted.abort();
      });
      return reply.type("application/x-ndjson").send(stream);
    },
  );

  async function untilEnded(session: SessionRow): Promise<SessionRow> {
    const giveUp = now() + END_WITHIN_MS;
    let current = session;
    while (current.closedAt === undefined && now() < giveUp) {
      await delay(LOOK_AGAIN_MS);
      current = (await store.sessions.find(session.id)) ?? current;
    }
    return current;
  }

  /** Asks the store only now and then: many may watch. Whoever is no longer welcome is cut off. */
  function goesOn(caller: Caller, session: SessionRow): () => Promise<boolean> {
    let isOpen = session.closedAt === undefined;
    let asked = now();
    return async () => {
      assertStillWelcome(caller, store, now());
      if (isOpen && now() >= asked + STORE_EVERY_MS) {
        asked = now();
        const found = await store.sessions.find(session.id).catch(() => session);
        isOpen = found !== undefined && found.closedAt === undefined;
      }
      return isOpen;
    };
  }
}

function about({ principal, connection, replica, address }: SessionRow): object {
  return { principal, connection, replica, address };
}

function recordedElsewhere({ replica }: SessionRow): GatewayError {
  const detail = `The recording of this session is with the replica ${replica}.`;
  return new GatewayError("api/not-found", detail, {
    detail,
    hint: "Ask that replica, or look in its folder of recordings.",
  });
}

function shown(row: SessionRow): z.infer<typeof sessionSummary> {
  return { ...row, openedAt: row.openedAt.toISOString(), closedAt: row.closedAt?.toISOString() };
}
