import { GatewayError, type ErrorCode } from "@sallyport/shared/errors";
import type { Fault, Problem } from "./contract/problem.ts";

/** The HTTP status of every error. What a session is told and a request never is, is here too: the table is complete. */
const statuses: Readonly<Record<ErrorCode, number>> = {
  "protocol/malformed": 400,
  "protocol/too-large": 413,
  "protocol/unsupported": 400,
  "protocol/out-of-order": 400,
  "login/failed": 401,
  "login/unavailable": 503,
  "login/timeout": 408,
  "login/rate-limited": 429,
  "login/too-many-connections": 503,
  "login/encryption-required": 403,
  "login/setting-refused": 400,
  "login/no-access": 403,
  "policy/denied": 403,
  "policy/unreadable": 422,
  "policy/unavailable": 503,
  "store/unavailable": 503,
  "store/conflict": 409,
  "store/invalid": 422,
  "client/gone": 400,
  "session/idle": 409,
  "session/expired": 409,
  "session/access-ended": 403,
  "session/killed": 409,
  "session/limit": 429,
  "gateway/shutting-down": 503,
  "gateway/lost": 503,
  "tunnel/no-agent": 503,
  "tunnel/agent-lost": 503,
  "tunnel/agent-leaving": 503,
  "tunnel/already-held": 409,
  "agent/address-refused": 502,
  "agent/credential-unavailable": 502,
  "server/unreachable": 502,
  "server/tls-failed": 502,
  "server/login-failed": 502,
  "server/malformed": 502,
  "server/unsupported": 502,
  "server/lost": 502,
  "mask/mismatch": 500,
  "recording/failed": 503,
  "api/unauthenticated": 401,
  "api/forbidden": 403,
  "api/not-found": 404,
  "api/method-not-allowed": 405,
  "api/invalid": 400,
  "api/too-large": 413,
  "api/media-type": 415,
  "api/rate-limited": 429,
  "api/changed": 412,
  "api/key-reused": 422,
  "api/key-running": 409,
  "enrolment/token-unknown": 401,
  "enrolment/token-used": 401,
  "enrolment/token-expired": 401,
  "enrolment/certificate-expired": 401,
  "enrolment/request-refused": 422,
  "enrolment/revoked": 403,
  "enrolment/wrong-gateway": 409,
  "enrolment/gateway-unreachable": 502,
  "enrolment/state-unusable": 500,
  "sealing/key-unavailable": 503,
  "sealing/not-opened": 502,
  "sealing/unknown-credential": 422,
  "internal/unexpected": 500,
};

/** The answer to a request that fails: what the client may see of an error, and what to do next. */
export function problemOf(error: GatewayError, requestId: string, errors?: readonly Fault[]): Problem {
  const { code, summary, detail, hint } = error;
  return {
    type: `urn:sallyport:error:${code}`,
    title: summary,
    status: statuses[code],
    detail: [detail, hint].filter((part) => part !== undefined).join(" "),
    code,
    requestId,
    ...(errors === undefined ? {} : { errors: [...errors] }),
  };
}

/** There is nothing here that the caller may know of. */
export function notFound(what: string): GatewayError {
  const detail = `${what} is not there.`;
  return new GatewayError("api/not-found", detail, { detail });
}
