import { encodeMessage } from "./encode-message.ts";
import { SSL_REQUEST_CODE } from "./protocol-version.ts";

/** SSLRequest: answered by one byte, 'S' for yes and 'N' for no. */
export const sslRequest: Buffer = encodeMessage(undefined, (writer) => writer.int32(SSL_REQUEST_CODE));
