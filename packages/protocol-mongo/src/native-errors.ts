import type { ErrorCode, GatewayError } from "@sallyport/shared/errors";
import { Double } from "./bson/encode-document.ts";
import { encodeReply, type Answerable } from "./messages/encode-reply.ts";

const codeNames = {
  1: "InternalError",
  6: "HostUnreachable",
  9: "FailedToParse",
  13: "Unauthorized",
  17: "ProtocolError",
  18: "AuthenticationFailed",
  50: "MaxTimeMSExpired",
  59: "CommandNotFound",
  72: "InvalidOptions",
  91: "ShutdownInProgress",
  96: "OperationFailed",
  115: "CommandNotSupported",
  141: "SSLHandshakeFailed",
  146: "ExceededMemoryLimit",
  188: "IncompatibleServerVersion",
  279: "ClientDisconnect",
  10334: "BSONObjectTooLarge",
  11601: "Interrupted",
} as const;

/** A server's error code that we use. */
export type NativeCode = keyof typeof codeNames;

/** Tools go by the words of this one: what policy denies is tolerated where a server's own refusal would be. */
const UNAUTHORIZED = 13;

/**
 * Code of every error, chosen so that drivers and tools react as they do to a server's own. Drivers send a command again by
 * themselves after some codes: after 6 and 91, which are therefore given only where the connection to the server ended or never
 * came about, and where a server's own end would have them do the same.
 */
export const mongoNativeErrors: Readonly<Record<ErrorCode, NativeCode>> = {
  "protocol/malformed": 17,
  "protocol/too-large": 10334,
  "protocol/unsupported": 115,
  "protocol/out-of-order": 17,
  "store/unavailable": 96,
  "store/conflict": 96,
  "store/invalid": 96,
  "client/gone": 279,
  "login/failed": 18,
  "login/timeout": 50,
  "login/rate-limited": 18,
  "login/too-many-connections": 96,
  "login/encryption-required": 141,
  "login/setting-refused": 72,
  "login/no-access": 13,
  "login/unavailable": 96,
  "policy/denied": 13,
  "policy/unreadable": 9,
  "policy/unavailable": 96,
  "session/idle": 11601,
  "session/expired": 11601,
  "session/access-ended": 11601,
  "session/killed": 11601,
  "session/limit": 146,
  "gateway/shutting-down": 91,
  "gateway/lost": 6,
  "tunnel/no-agent": 6,
  "tunnel/agent-lost": 6,
  "tunnel/agent-leaving": 91,
  "tunnel/already-held": 96,
  "agent/address-refused": 96,
  "agent/credential-unavailable": 96,
  "enrolment/token-unknown": 96,
  "enrolment/token-used": 96,
  "enrolment/token-expired": 96,
  "enrolment/request-refused": 96,
  "enrolment/wrong-gateway": 96,
  "enrolment/gateway-unreachable": 96,
  "enrolment/revoked": 96,
  "enrolment/certificate-expired": 96,
  "enrolment/state-unusable": 96,
  "sealing/key-unavailable": 96,
  "sealing/not-opened": 96,
  "sealing/unknown-credential": 96,
  "server/unreachable": 6,
  "server/tls-failed": 141,
  // not 18, which would send the user to look at a credential of his own
  "server/login-failed": 96,
  "server/malformed": 17,
  "server/unsupported": 188,
  "server/lost": 6,
  "mask/mismatch": 96,
  "recording/failed": 96,
  "api/unauthenticated": 96,
  "api/forbidden": 96,
  "api/not-found": 96,
  "api/method-not-allowed": 96,
  "api/invalid": 96,
  "api/too-large": 96,
  "api/media-type": 96,
  "api/rate-limited": 96,
  "api/changed": 96,
  "api/key-reused": 96,
  "api/key-running": 96,
  "internal/unexpected": 1,
};

/** Another code than the error's own, where a server would have given that. */
export interface ErrorReplyOptions {
  readonly code?: NativeCode;
}

/**
 * The reply for an error of ours: what a client may see of it and nothing else. It has no labels, so that nothing is retried
 * for them.
 */
export function errorReply(request: Answerable, error: GatewayError, options: ErrorReplyOptions = {}): Buffer {
  const code = options.code ?? mongoNativeErrors[error.code];
  return encodeReply(request, { ok: new Double(0), errmsg: textOf(error, code), code, codeName: codeNames[code] });
}

function textOf({ summary, detail, hint }: GatewayError, code: NativeCode): string {
  const parts = ["sallyport:", code === UNAUTHORIZED ? "not authorized." : undefined, summary, detail, `(${hint})`];
  return parts.filter((part) => part !== undefined).join(" ");
}
