import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../log.ts";
import type { ApiApp } from "./api-means.ts";
import { addressOf } from "./caller.ts";
import { nameAnswer } from "./name-answer.ts";
import { problemOf } from "./problem.ts";
import type { RouteTable } from "./route-table.ts";
import { InvalidRequest } from "./validator.ts";

/** What fastify itself refuses, in our words. */
const frameworkCodes: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: "api/too-large",
  FST_ERR_CTP_INVALID_MEDIA_TYPE: "api/media-type",
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: "api/invalid",
  FST_ERR_CTP_EMPTY_JSON_BODY: "api/invalid",
  FST_ERR_BAD_URL: "api/not-found",
  FST_ERR_MAX_PARAM_LENGTH: "api/not-found",
};

/** Answers every request that fails with a problem, those for which there is no route too. */
export function answerFailures(app: ApiApp, routes: RouteTable, log: Log): void {
  app.setErrorHandler((error, request, reply) => answerProblem(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => {
    const allowed = routes.methodsOf(pathOf(request));
    if (allowed.length === 0) return answerProblem(new GatewayError("api/not-found", "no route"), request, reply, log);
    void reply.header("allow", allowed.join(", "));
    return answerProblem(new GatewayError("api/method-not-allowed", "no such method"), request, reply, log);
  });
}

/** Also what fastify finds wrong before it looks for a route. */
export function answerProblem(reason: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply {
  const error = inOurWords(reason);
  const body = problemOf(error, request.id, reason instanceof InvalidRequest ? reason.faults : undefined);
  nameAnswer(request, reply);
  report(error, body.status, request, log);
  if (body.status === 401) void reply.header("www-authenticate", challenge(request));
  if (body.status === 503 && !reply.hasHeader("retry-after")) void reply.header("retry-after", "5");
  return reply.code(body.status).type("application/problem+json").send(JSON.stringify(body));
}

function inOurWords(reason: unknown): GatewayError {
  if (reason instanceof GatewayError) return reason;
  if (reason instanceof InvalidRequest) return new GatewayError("api/invalid", "the request is not valid");
  const given = codeOf(reason);
  const code = Object.hasOwn(frameworkCodes, given) ? frameworkCodes[given] : undefined;
  if (code !== undefined) return new GatewayError(code, given);
  return GatewayError.from(reason);
}

function codeOf(reason: unknown): string {
  return reason instanceof Error && "code" in reason && typeof reason.code === "string" ? reason.code : "";
}

function challenge({ raw }: FastifyRequest): string {
  return raw.headers.authorization === undefined ? "Bearer" : 'Bearer error="invalid_token"';
}

function report(error: GatewayError, status: number, request: FastifyRequest, log: Log): void {
  const about = {
    request: request.id,
    method: request.method,
    route: request.routeOptions.url,
    address: addressOf(request),
    code: error.code,
    reason: error.message,
    status,
  };
  if (status === 500) log.error("request.failed", { ...about, stack: callSites(error) });
  else log.warn("request.refused", about);
}

/** Without the first line: the text of an error that nobody expected may hold anything. */
function callSites(error: GatewayError): string | undefined {
  const origin = error.cause instanceof Error ? error.cause : error;
  const lines = origin.stack?.split("\n").filter((line) => /^\s+at /.test(line));
  return lines?.map((line) => line.trim()).join(" < ");
}

function pathOf({ url }: FastifyRequest): string {
  const end = url.search(/[?#;]/);
  return end === -1 ? url : url.slice(0, end);
}
