import swagger from "@fastify/swagger";
import { jsonSchemaTransform } from "fastify-type-provider-zod";
import { z } from "zod";
import type { ApiApp } from "./api-means.ts";
import { problem } from "./contract/problem.ts";
import type { ApiRoute, RouteTable } from "./route-table.ts";

type Json = Record<string, unknown>;

const info = {
  title: "Sallyport",
  version: "1",
  description: "Connections, policies, people, agents and sessions of a gateway.",
};

/** Prepares the description of the routes that are added from here on. */
export async function describeRoutes(app: ApiApp): Promise<void> {
  await app.register(swagger, { openapi: { openapi: "3.1.1", info }, transform: jsonSchemaTransform });
}

/** OpenAPI 3.1 of all routes: what each takes and answers, who may use it, and how failures look. */
export function openApiOf(app: ApiApp, { routes }: RouteTable): Json {
  const document: Json = structuredClone({ ...app.swagger() });
  const paths = fieldsOf(document["paths"]);
  for (const route of routes) {
    const operation = fieldsOf(fieldsOf(paths[templateOf(route)])[route.method.toLowerCase()]);
    Object.assign(operation, securityOf(route));
    const responses = fieldsOf(operation["responses"]);
    if (Object.hasOwn(responses, "204")) responses["204"] = { description: "Done" };
    responses["default"] = {
      description: "What failed, and what to do next",
      content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
    };
  }
  document["components"] = {
    schemas: { Problem: z.toJSONSchema(problem) },
    securitySchemes: {
      token: { type: "http", scheme: "bearer", description: "An OIDC token of a registered identity provider" },
      enrolmentToken: { type: "http", scheme: "bearer", description: "The secret of a one-time enrolment token" },
    },
  };
  return document;
}

function securityOf({ access }: ApiRoute): Json {
  if (access === "public") return { security: [], "x-access": access };
  return { security: [{ [access === "enrolment" ? "enrolmentToken" : "token"]: [] }], "x-access": access };
}

function templateOf({ url }: ApiRoute): string {
  return url.replaceAll(/:(\w+)/g, "{$1}");
}

/** The object that stands there, to be changed in place. */
function fieldsOf(value: unknown): Json {
  if (!isObject(value)) throw new Error("the OpenAPI document is not as expected");
  return value;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
