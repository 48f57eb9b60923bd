import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError } from "@sallyport/shared/errors";
import { Secret } from "@sallyport/shared/secret";
import { readLengthEncodedBytes } from "../messages/length-encoded.ts";

const NUL = 0;
/** The one form of an answer that is known. */
const OPENID_CONNECT_FORM = 1;
const LONGEST_LENGTH_BYTES = 8;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Whether a client answered with nothing: drivers say so with no byte, or with the NUL of an empty text. */
export function isNothing(answer: Buffer): boolean {
  return answer.length === 0 || (answer.length === 1 && answer[0] === NUL);
}

/** A secret that came in clear, with or without the NUL behind it. */
export function clearSecret(answer: Buffer): Secret<string> {
  if (isNothing(answer)) throw noSecret();
  return new Secret(text(answer.at(-1) === NUL ? answer.subarray(0, -1) : answer));
}

/** The token in an answer of `authentication_openid_connect_client`. */
export function openidConnectToken(answer: Buffer): Secret<string> {
  if (isNothing(answer)) throw noSecret();
  const reader = new ByteReader(answer);
  const form = reader.uint8();
  if (form !== OPENID_CONNECT_FORM) throw reader.fault(`a token in form ${form}`);
  const token = readLengthEncodedBytes(reader);
  // Connector/J sends its buffer whole, which has room for the longest form of the length
  if (reader.remaining > LONGEST_LENGTH_BYTES || !reader.rest().every((byte) => byte === NUL)) {
    throw reader.fault("something follows the token");
  }
  return clearSecret(token);
}

function text(bytes: Buffer): string {
  if (bytes.includes(NUL)) throw new GatewayError("protocol/malformed", "there is a NUL inside the secret");
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new GatewayError("protocol/malformed", "the secret is not valid UTF-8", { cause });
  }
}

function noSecret(): GatewayError {
  return new GatewayError("login/failed", "the client gave no password", {
    detail: "No password was given: the token or the ticket's secret is the password.",
  });
}
