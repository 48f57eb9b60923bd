import type { CancelKey, Dial } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { ServerAddress } from "@sallyport/shared/tunnel/open-session";
import { encodeCancelRequest } from "../messages/cancel-request.ts";
import { protect } from "./server-tls.ts";
import { dialWithin } from "@sallyport/shared/dial/dial-within";

const CANCEL_MS = 5_000;

/**
 * Sends CancelRequest on a connection of its own, as well protected as the session's. The server hangs up once it has told the
 * session, so waiting for that means that the request was carried out.
 */
export function cancelOnServer(server: ServerAddress, key: CancelKey, dial: Dial): Promise<void> {
  return dialWithin(CANCEL_MS, tookTooLong, dial, async (stream) => {
    await protect(stream, server);
    await stream.write(encodeCancelRequest(key));
    // Some servers hang up with a reset; either way it was read.
    await stream.read().catch(() => undefined);
    stream.destroy();
  });
}

function tookTooLong(): GatewayError {
  return new GatewayError("server/unreachable", `the server did not take a cancel request within ${CANCEL_MS} ms`);
}
