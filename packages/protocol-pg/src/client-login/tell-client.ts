import type { GatewayError } from "@sallyport/shared/errors";
import { closeGently } from "@sallyport/shared/stream/close-gently";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import { errorResponse } from "../native-errors.ts";

/** Says why the login ends and closes the connection. Never rejects. */
export function tellClient(stream: SocketStream, error: GatewayError): Promise<void> {
  return closeGently(stream, errorResponse(error, "FATAL"));
}
