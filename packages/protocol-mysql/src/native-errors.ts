import type { ErrorCode, GatewayError } from "@sallyport/shared/errors";
import { encodePacket } from "./messages/encode-packet.ts";
import { encodeErrPacket } from "./messages/err-packet.ts";

/** Clients keep 512 bytes of a message, the last of them a NUL. */
const MAX_TEXT_BYTES = 511;
const CUT = "…";

/**
 * Number of every error, chosen so that drivers and pools react as they do to a server's own. For the way to the server these
 * are numbers of client libraries, as MySQL Router sends them too: pools know them as a connection to be made anew.
 */
export const mysqlNativeErrors: Readonly<Record<ErrorCode, number>> = {
  "protocol/malformed": 1835,
  "protocol/too-large": 1153,
  "protocol/unsupported": 1047,
  "protocol/out-of-order": 1156,
  "store/unavailable": 1105,
  "store/conflict": 1105,
  "store/invalid": 1105,
  "client/gone": 1158,
  "login/failed": 1045,
  "login/timeout": 1159,
  "login/rate-limited": 1129,
  "login/too-many-connections": 1040,
  "login/encryption-required": 3159,
  "login/setting-refused": 1231,
  "login/no-access": 1044,
  "login/unavailable": 1105,
  "policy/denied": 1142,
  "policy/unreadable": 1064,
  "policy/unavailable": 1105,
  // the server's own word to a client that it hangs up on
  "session/idle": 4031,
  // ER_SESSION_WAS_KILLED
  "session/expired": 3169,
  "session/access-ended": 3169,
  "session/killed": 3169,
  "session/limit": 1461,
  "gateway/shutting-down": 1053,
  "gateway/lost": 2013,
  "tunnel/no-agent": 2003,
  "tunnel/agent-lost": 2013,
  "tunnel/agent-leaving": 1053,
  "tunnel/already-held": 1105,
  "agent/address-refused": 1105,
  "agent/credential-unavailable": 1105,
  "enrolment/token-unknown": 1105,
  "enrolment/token-used": 1105,
  "enrolment/token-expired": 1105,
  "enrolment/request-refused": 1105,
  "enrolment/wrong-gateway": 1105,
  "enrolment/gateway-unreachable": 1105,
  "enrolment/revoked": 1105,
  "enrolment/certificate-expired": 1105,
  "enrolment/state-unusable": 1105,
  "sealing/key-unavailable": 1105,
  "sealing/not-opened": 1105,
  "sealing/unknown-credential": 1105,
  "server/unreachable": 2003,
  "server/tls-failed": 2026,
  // not 1045, which would send the user to look at a credential of his own
  "server/login-failed": 1105,
  "server/malformed": 2027,
  "server/unsupported": 1235,
  "server/lost": 2013,
  "mask/mismatch": 1105,
  "recording/failed": 1026,
  "api/unauthenticated": 1105,
  "api/forbidden": 1105,
  "api/not-found": 1105,
  "api/method-not-allowed": 1105,
  "api/invalid": 1105,
  "api/too-large": 1105,
  "api/media-type": 1105,
  "api/rate-limited": 1105,
  "api/changed": 1105,
  "api/key-reused": 1105,
  "api/key-running": 1105,
  "internal/unexpected": 1105,
};

const GENERAL = "HY000";

/**
 * SQLSTATEs as servers have them, but for sessions that end: pools of JDBC go by the class 08 to throw a connection away, so
 * these have it whatever a server would say.
 */
const sqlStates: Readonly<Record<number, string>> = {
  1040: "08004",
  1044: "42000",
  1045: "28000",
  1047: "08S01",
  1053: "08S01",
  1064: "42000",
  1142: "42000",
  1153: "08S01",
  1156: "08S01",
  1158: "08S01",
  1159: "08S01",
  1231: "42000",
  1235: "42000",
  1461: "42000",
  2003: "08S01",
  2013: "08S01",
  2026: "08S01",
  2027: "08S01",
  3169: "08S01",
  4031: "08S01",
};

/** SQLSTATE of an error's number. */
export function sqlStateOf(code: number): string {
  return sqlStates[code] ?? GENERAL;
}

/** Whether the client knows SQLSTATEs: in front of its login nobody can tell, so they are left out there. */
export interface ErrOptions {
  readonly withState: boolean;
}

/** A whole ERR packet for an error of ours: what a client may see of it and nothing else. */
export function errPacket(error: GatewayError, sequence: number, { withState }: ErrOptions): Buffer {
  const code = mysqlNativeErrors[error.code];
  const sqlState = withState ? sqlStateOf(code) : undefined;
  return encodePacket(sequence, encodeErrPacket({ code, sqlState, message: textOf(error) }));
}

/** Everything in the one field that there is. The hint goes first where not all of it fits. */
function textOf({ summary, detail, hint }: GatewayError): string {
  const message = printable(["sallyport:", summary, detail].filter((part) => part !== undefined).join(" "));
  const whole = `${message} (${printable(hint)})`;
  if (Buffer.byteLength(whole) <= MAX_TEXT_BYTES) return whole;
  return Buffer.byteLength(message) <= MAX_TEXT_BYTES ? message : cut(message, MAX_TEXT_BYTES);
}

/** Command lines print messages as they come, to terminals that obey control characters. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}

function cut(text: string, maxBytes: number): string {
  let bytes = Buffer.byteLength(CUT);
  let kept = "";
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > maxBytes) break;
    kept += character;
  }
  return kept + CUT;
}
