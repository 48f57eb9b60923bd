import { GatewayError } from "@sallyport/shared/errors";

/** Says in this protocol's words how to turn on TLS. */
export function encryptionRequired(why: string): GatewayError {
  return new GatewayError("login/encryption-required", why, {
    hint: "Turn on TLS in the client (for example --ssl-mode=REQUIRED, or --ssl of older command lines).",
  });
}
