import { ByteWriter } from "@sallyport/shared/bytes/byte-writer";
import { encodeClientStart, type ClientStart } from "./client-start.ts";

/** A handshake response that ends where the user's name would begin: the client goes on with TLS and then says it all again. */
export function encodeSslRequest(start: ClientStart): Buffer {
  return encodeClientStart(new ByteWriter(), start).finish();
}
