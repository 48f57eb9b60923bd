import { GatewayError } from "@sallyport/shared/errors";
import type { FastifyReply, FastifyRequest } from "fastify";
import { assertAccess } from "./access.ts";
import type { ApiApp, ApiMeans } from "./api-means.ts";
import { authenticate } from "./authenticate.ts";
import { addressOf, callerKey, localCaller, type Caller } from "./caller.ts";
import { isLocalSocket } from "./local-sockets.ts";
import { createRequestLimits } from "./request-limits.ts";

/** Lets requests in, before anything but their head was read: the address's budget, then who it is, what that may do, and its budget. */
export function guardRequests(app: ApiApp, means: ApiMeans): void {
  const limits = createRequestLimits(means.limits, means.now);

  async function callerFor(request: FastifyRequest, address: string | undefined): Promise<Caller> {
    if (isLocalSocket(request.raw.socket)) return localCaller;
    try {
      return await authenticate(request.raw, means);
    } catch (reason) {
      const isRefusal = reason instanceof GatewayError && reason.code === "api/unauthenticated";
      if (isRefusal && address !== undefined) limits.countRefused(address);
      throw reason;
    }
  }

  async function letIn(request: FastifyRequest): Promise<void> {
    const address = addressOf(request);
    if (!isLocalSocket(request.raw.socket)) {
      // it has hung up: there is nobody to answer
      if (address === undefined) throw new GatewayError("client/gone", "the client went away");
      limits.countAddress(address);
    }
    const { access } = request.routeOptions.config;
    // what is not there is nobody's
    if (access === undefined || access === "public" || access === "enrolment") return;
    const caller = await callerFor(request, address);
    if (caller.kind === "principal") limits.countPrincipal(callerKey(caller));
    assertAccess(caller, access);
    request.caller = caller;
  }

  // enrolment tokens are looked at by the route itself; whoever guesses them is held up like who guesses others
  app.addHook("onError", async (request: FastifyRequest, _reply: FastifyReply, error: Error) => {
    const address = addressOf(request);
    const isGuess = error instanceof GatewayError && error.code === "enrolment/token-unknown";
    if (isGuess && address !== undefined) limits.countRefused(address);
  });
  app.decorateRequest("caller", undefined);
  app.addHook("onRequest", async (request: FastifyRequest, reply: FastifyReply) => {
    try {
      await letIn(request);
    } catch (reason) {
      const error = GatewayError.from(reason);
      if (error.code === "api/rate-limited") void reply.header("retry-after", String(limits.retryAfterSeconds));
      throw error;
    }
  });
}
