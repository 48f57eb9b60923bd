import { randomUUID } from "node:crypto";
import fastify from "fastify";
import { serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { answerFailures, answerProblem } from "./answers.ts";
import type { ApiApp, ApiMeans } from "./api-means.ts";
import { takeJsonBodies } from "./json-body.ts";
import { describeRoutes } from "./openapi.ts";
import { guardRequests } from "./request-gate.ts";
import { reportRequests } from "./request-report.ts";
import { watchRoutes, type RouteTable } from "./route-table.ts";
import { agentRoutes } from "./routes/agent-routes.ts";
import { applyRoutes } from "./routes/apply-routes.ts";
import { auditRoutes } from "./routes/audit-routes.ts";
import { credentialRoutes } from "./routes/credential-routes.ts";
import { descriptionRoute } from "./routes/description-route.ts";
import { documentRoutes } from "./routes/document-routes.ts";
import { enrolmentRoutes } from "./routes/enrolment-routes.ts";
import { explainRoutes } from "./routes/explain-routes.ts";
import { healthRoutes } from "./routes/health-routes.ts";
import { loginRoutes } from "./routes/login-routes.ts";
import { meRoutes } from "./routes/me-routes.ts";
import { principalRoutes } from "./routes/principal-routes.ts";
import { sessionRoutes } from "./routes/session-routes.ts";
import { ticketRoutes } from "./routes/ticket-routes.ts";
import { validatorCompiler } from "./validator.ts";

/** What most requests hold is far smaller; routes that take more say so. */
const BODY_BYTES = 64 * 1024;

/** All that the API answers, not yet listening anywhere. */
export interface BuiltApi {
  readonly app: ApiApp;
  readonly routes: RouteTable;
}

/** Puts the API together. */
export async function buildApi(means: ApiMeans): Promise<BuiltApi> {
  const app: ApiApp = fastify({
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    bodyLimit: BODY_BYTES,
    exposeHeadRoutes: false,
    trustProxy: false,
    return503OnClosing: false,
    // names of principals and tickets, percent-encoded
    routerOptions: { maxParamLength: 2048 },
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply, means.log),
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  takeJsonBodies(app);
  const routes = watchRoutes(app);
  await describeRoutes(app);
  reportRequests(app, means);
  guardRequests(app, means);
  answerFailures(app, routes, means.log);

  healthRoutes(app, means);
  loginRoutes(app, means);
  meRoutes(app, means);
  documentRoutes(app, means, { path: "connections", kind: "connection", word: "connection" });
  documentRoutes(app, means, { path: "identity-providers", kind: "identityProvider", word: "identity provider" });
  documentRoutes(app, means, { path: "policies", kind: "policy", word: "policy" });
  explainRoutes(app, means);
  applyRoutes(app, means);
  agentRoutes(app, means);
  enrolmentRoutes(app, means);
  ticketRoutes(app, means);
  sessionRoutes(app, means);
  principalRoutes(app, means);
  credentialRoutes(app, means);
  auditRoutes(app, means);

  descriptionRoute(app, routes);
  await app.ready();
  return { app, routes };
}
