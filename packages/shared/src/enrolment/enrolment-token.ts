import { GatewayError } from "../errors.ts";
import { Secret } from "../secret.ts";

/** What an enrolment token holds. Its text is `spa_` and the base64url of `{"u": url, "f": fingerprint, "t": secret}`. */
export interface EnrolmentToken {
  /** Of the gateway's API: `https://gateway.example.com:7443`. */
  readonly url: string;
  /** SHA-256 of a certificate that the API presents in its chain, as lower-case hex. */
  readonly fingerprint: string;
  readonly secret: Secret<string>;
}

const PREFIX = "spa_";
const MAX_LENGTH = 2048;

/** The token as it is handed to people; it is told once and kept nowhere. */
export function encodeEnrolmentToken({ url, fingerprint, secret }: EnrolmentToken): Secret<string> {
  const json = JSON.stringify({ u: url, f: fingerprint, t: secret.reveal() });
  return new Secret(PREFIX + Buffer.from(json).toString("base64url"));
}

/** Throws `enrolment/token-unknown`, which never quotes the text, where it is no such token. */
export function decodeEnrolmentToken(text: Secret<string>): EnrolmentToken {
  const { u, f, t } = readParts(text.reveal().trim());
  if (typeof u !== "string" || typeof f !== "string" || typeof t !== "string" || !/^[0-9a-f]{64}$/.test(f) || t === "")
    throw notAToken();
  if (!URL.canParse(u) || new URL(u).protocol !== "https:") throw notAToken();
  return { url: u, fingerprint: f, secret: new Secret(t) };
}

function readParts(text: string): { readonly u?: unknown; readonly f?: unknown; readonly t?: unknown } {
  if (text.length > MAX_LENGTH || !/^spa_[A-Za-z0-9_-]+$/.test(text)) throw notAToken();
  try {
    const parts: unknown = JSON.parse(Buffer.from(text.slice(PREFIX.length), "base64url").toString("utf8"));
    return typeof parts === "object" && parts !== null ? parts : {};
  } catch {
    throw notAToken();
  }
}

function notAToken(): GatewayError {
  return new GatewayError("enrolment/token-unknown", "what was given is no enrolment token: one begins with spa_");
}
