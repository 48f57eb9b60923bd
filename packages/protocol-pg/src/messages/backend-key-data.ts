import type { CancelKey } from "@sallyport/shared/adapter";
import { encodeMessage } from "./encode-message.ts";

export { decodeCancelKey as decodeBackendKeyData } from "./cancel-request.ts";

/** BackendKeyData ('K'): what the client must present to have its statement cancelled. */
export function encodeBackendKeyData(key: CancelKey): Buffer {
  return encodeMessage("K", (writer) => writer.int32(key.id).bytes(key.secret));
}
