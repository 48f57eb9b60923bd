import { z } from "zod";
import type { ApiApp } from "../api-means.ts";
import { openApiOf } from "../openapi.ts";
import type { RouteTable } from "../route-table.ts";

/** What the API is, for programs. */
export function descriptionRoute(app: ApiApp, routes: RouteTable): void {
  let description: Record<string, unknown> | undefined;
  app.get(
    "/v1/openapi.json",
    {
      config: { access: "public" },
      schema: {
        tags: ["operations"],
        summary: "This description",
        response: { 200: z.record(z.string(), z.unknown()) },
      },
    },
    async () => {
      description ??= openApiOf(app, routes);
      return description;
    },
  );
}
