import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { encodeMessage } from "./encode-message.ts";

/** SASLInitialResponse ('p'): `mechanism\0 int32 length, data`. */
export interface SASLInitialResponse {
  readonly mechanism: string;
  readonly data: string;
}

/** A response without data (length -1) is no SCRAM, so it is a fault. */
export function decodeSASLInitialResponse(body: ByteReader): SASLInitialResponse {
  const mechanism = body.string();
  const data = body.view(body.int32()).toString("utf8");
  body.expectEnd();
  return { mechanism, data };
}

export function encodeSASLInitialResponse({ mechanism, data }: SASLInitialResponse): Buffer {
  const bytes = Buffer.from(data, "utf8");
  return encodeMessage("p", (writer) => writer.string(mechanism).int32(bytes.length).bytes(bytes));
}

/** SASLResponse ('p'): nothing but data. */
export function decodeSASLResponse(body: ByteReader): string {
  return body.rest().toString("utf8");
}

export function encodeSASLResponse(data: string): Buffer {
  return encodeMessage("p", (writer) => writer.bytes(Buffer.from(data, "utf8")));
}
