import type { Dial } from "@sallyport/shared/adapter";
import { dialWithin } from "@sallyport/shared/dial/dial-within";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { openLogin } from "./open-login.ts";
import { queryServer } from "./query-server.ts";

const CANCEL_MS = 5_000;
/** ER_NO_SUCH_THREAD. */
const ALREADY_GONE = 1094;

/** What is to be cancelled, and with what. */
export interface Cancellation {
  readonly request: OpenSession;
  readonly password: Secret<string> | undefined;
  readonly connectionId: string;
}

/** Stops what the session runs, by a login of its own with the same credential. A session that is gone runs nothing. */
export function cancelOnServer({ request, password, connectionId }: Cancellation, dial: Dial): Promise<void> {
  return dialWithin(CANCEL_MS, tookTooLong, dial, async (stream) => {
    const login = await openLogin(stream, { ...request, database: undefined, settings: {} }, password);
    const answer = await queryServer(login, `KILL QUERY ${connectionId}`);
    stream.destroy();
    if (answer.kind === "rows" || answer.error.code === ALREADY_GONE) return;
    const { code, message } = answer.error;
    throw new GatewayError("server/unsupported", `the server did not cancel a statement: ${code} ${message}`);
  });
}

function tookTooLong(): GatewayError {
  return new GatewayError("server/unreachable", `the server did not take a KILL QUERY within ${CANCEL_MS} ms`);
}
