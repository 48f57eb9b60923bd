import type { CancelKey } from "@sallyport/shared/adapter";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { encodeMessage } from "./encode-message.ts";
import { CANCEL_REQUEST_CODE } from "./protocol-version.ts";

/** Protocol 3.2's bounds for the secret; 3.0 has exactly four bytes. */
export const MIN_SECRET_BYTES = 4;
export const MAX_SECRET_BYTES = 256;

/** What CancelRequest and BackendKeyData share: the process id and a secret that takes up the rest. */
export function decodeCancelKey(body: ByteReader): CancelKey {
  const id = body.int32();
  if (body.remaining < MIN_SECRET_BYTES || body.remaining > MAX_SECRET_BYTES) {
    throw body.fault(`a cancel secret of ${body.remaining} bytes`);
  }
  return { id, secret: Buffer.from(body.rest()) };
}

export function encodeCancelRequest(key: CancelKey): Buffer {
  return encodeMessage(undefined, (writer) => writer.int32(CANCEL_REQUEST_CODE).int32(key.id).bytes(key.secret));
}
