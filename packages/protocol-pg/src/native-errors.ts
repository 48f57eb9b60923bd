import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import type { ErrorCode, GatewayError } from "@sallyport/shared/errors";

/** SQLSTATE of every error, chosen so that drivers and pools react as they do to PostgreSQL's own. */
export const pgNativeErrors: Readonly<Record<ErrorCode, string>> = {
  "protocol/malformed": "08P01",
  "protocol/too-large": "54000",
  "protocol/unsupported": "0A000",
  "protocol/out-of-order": "08P01",
  "store/unavailable": "58000",
  "store/conflict": "40001",
  "store/invalid": "22023",
  "client/gone": "08006",
  "login/failed": "28P01",
  "login/timeout": "57014",
  "login/rate-limited": "53300",
  "login/too-many-connections": "53300",
  "login/encryption-required": "28000",
  "login/setting-refused": "22023",
  "login/no-access": "28000",
  "login/unavailable": "58000",
  "policy/denied": "42501",
  "policy/unreadable": "42601",
  "policy/unavailable": "58000",
  "session/idle": "57P05",
  "session/expired": "57P01",
  "session/access-ended": "57P01",
  "session/killed": "57P01",
  "session/limit": "54000",
  "gateway/shutting-down": "57P01",
  "gateway/lost": "08006",
  "tunnel/no-agent": "08001",
  "tunnel/agent-lost": "08006",
  "tunnel/agent-leaving": "57P01",
  "tunnel/already-held": "58000",
  "agent/address-refused": "08004",
  "agent/credential-unavailable": "08004",
  "enrolment/token-unknown": "58000",
  "enrolment/token-used": "58000",
  "enrolment/token-expired": "58000",
  "enrolment/request-refused": "58000",
  "enrolment/wrong-gateway": "58000",
  "enrolment/gateway-unreachable": "58000",
  "enrolment/revoked": "58000",
  "enrolment/certificate-expired": "58000",
  "enrolment/state-unusable": "58000",
  "sealing/key-unavailable": "58000",
  "sealing/not-opened": "58000",
  "sealing/unknown-credential": "08004",
  "server/unreachable": "08001",
  "server/tls-failed": "08001",
  "server/login-failed": "08004",
  "server/malformed": "08P01",
  "server/unsupported": "0A000",
  "server/lost": "08006",
  // as when a cached plan's result changes its type
  "mask/mismatch": "0A000",
  "recording/failed": "58030",
  "api/unauthenticated": "28000",
  "api/forbidden": "42501",
  "api/not-found": "22023",
  "api/method-not-allowed": "22023",
  "api/invalid": "22023",
  "api/too-large": "54000",
  "api/media-type": "22023",
  "api/rate-limited": "53300",
  "api/changed": "40001",
  "api/key-reused": "22023",
  "api/key-running": "55006",
  "internal/unexpected": "XX000",
};

const TAG = 0x45;
const LENGTH_AT = 1;

/** FATAL says that the connection ends with this message. */
export type Severity = "ERROR" | "FATAL";

/** A fault in what the client sent, in the words that the server would have given it. */
export interface ClientFault {
  /** SQLSTATE, where it is another than the error's own. */
  readonly sqlState?: string;
  readonly message: string;
  /** In characters of the text, from 1. */
  readonly position?: number | undefined;
}

/** ErrorResponse ('E') for an error of ours: what a client may see of it and nothing else. */
export function errorResponse(error: GatewayError, severity: Severity, fault?: ClientFault): Buffer {
  const fields: readonly (readonly [name: string, value: string | undefined])[] = [
    ["S", severity],
    ["V", severity],
    ["C", fault?.sqlState ?? pgNativeErrors[error.code]],
    ["M", `sallyport: ${fault?.message ?? error.summary}`],
    // the parser's own word is the whole story, told once
    ["D", error.detail === fault?.message ? undefined : error.detail],
    ["H", error.hint],
    ["P", fault?.position?.toString()],
  ];
  const writer = new ByteWriter().uint8(TAG).int32(0);
  for (const [name, value] of fields) {
    // a NUL would end the field early and make the rest of the text the next one
    if (value !== undefined) writer.uint8(name.charCodeAt(0)).string(value.replaceAll("\0", " "));
  }
  writer.uint8(0);
  return writer.patchInt32(LENGTH_AT, writer.length - LENGTH_AT).finish();
}
