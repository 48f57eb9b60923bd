import type { ApiApp, ApiMeans } from "./api-means.ts";
import { addressOf } from "./caller.ts";
import { nameAnswer } from "./name-answer.ts";

/** Whoever watches over the process asks all day long. */
const QUIET_ROUTES = new Set(["/healthz", "/readyz", "/metrics"]);

/** Says of every answer which it was, and counts it. */
export function reportRequests(app: ApiApp, { metrics, log }: Pick<ApiMeans, "metrics" | "log">): void {
  app.addHook("onRequest", async (request, reply) => nameAnswer(request, reply));
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url;
    const { method, caller } = request;
    metrics.answered(knownMethod(method), route ?? "none", reply.statusCode, reply.elapsedTime / 1000);
    // refusals have been told with their reasons
    if (route === undefined || QUIET_ROUTES.has(route) || reply.statusCode >= 400) return;
    log.info("request.answered", {
      request: request.id,
      method,
      route,
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      address: addressOf(request),
      principal: caller?.kind === "principal" ? caller.principal.name : caller?.kind,
    });
  });
}

/** A method is the client's word, and there are many. */
function knownMethod(method: string): string {
  return ["GET", "POST", "PUT", "DELETE"].includes(method) ? method : "other";
}
