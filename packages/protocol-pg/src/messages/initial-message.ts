import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import type { CancelKey } from "@sallyport/shared/adapter";
import { decodeCancelKey } from "./cancel-request.ts";
import { CANCEL_REQUEST_CODE, GSSENC_REQUEST_CODE, SSL_REQUEST_CODE } from "./protocol-version.ts";
import { decodeStartupMessage, type StartupMessage } from "./startup-message.ts";

/** The messages that come before login and have no tag: they are told apart by the code behind their length. */
export type InitialMessage =
  | { readonly type: "SSLRequest" }
  | { readonly type: "GSSENCRequest" }
  | { readonly type: "CancelRequest"; readonly key: CancelKey }
  | StartupMessage;

/** Reads what follows the length. */
export function decodeInitialMessage(body: ByteReader): InitialMessage {
  const code = body.int32() >>> 0;
  switch (code) {
    case SSL_REQUEST_CODE:
      body.expectEnd();
      return { type: "SSLRequest" };
    case GSSENC_REQUEST_CODE:
      body.expectEnd();
      return { type: "GSSENCRequest" };
    case CANCEL_REQUEST_CODE:
      return { type: "CancelRequest", key: decodeCancelKey(body) };
    default:
      return decodeStartupMessage(code, body);
  }
}
