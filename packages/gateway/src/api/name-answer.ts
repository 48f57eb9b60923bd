import type { FastifyReply, FastifyRequest } from "fastify";

/** What every answer says of itself: which it is, and that browsers and caches keep away from it. */
export function nameAnswer({ id }: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({
    "x-request-id": id,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=31536000",
  });
}
