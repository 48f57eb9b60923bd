import type { ApiApp, ApiMeans } from "../api-means.ts";
import { health, readiness as readinessAnswer } from "../contract/health.ts";
import { z } from "zod";

const tags = ["operations"];

/** For whoever watches over the process. */
export function healthRoutes(app: ApiApp, { readiness, metrics, metricsAccess }: ApiMeans): void {
  app.get(
    "/healthz",
    { config: { access: "public" }, schema: { tags, summary: "Whether the process lives", response: { 200: health } } },
    async () => ({ status: "ok" as const }),
  );

  app.get(
    "/readyz",
    {
      config: { access: "public" },
      schema: {
        tags,
        summary: "Whether the gateway takes new sessions, and what is missing where it does not",
        response: { 200: readinessAnswer, 503: readinessAnswer },
      },
    },
    async (_request, reply) => {
      const missing = [...readiness.missing()];
      const ready = missing.length === 0;
      return reply.code(ready ? 200 : 503).send({ ready, missing });
    },
  );

  app.get(
    "/metrics",
    {
      config: { access: metricsAccess },
      schema: {
        tags,
        summary: "Metrics, for Prometheus",
        response: { 200: { description: "Metrics", content: { "text/plain": { schema: z.string() } } } },
      },
    },
    async (_request, reply) => {
      const { text, contentType } = await metrics.read();
      return reply.type(contentType).send(text);
    },
  );
}
