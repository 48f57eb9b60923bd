import type { LoggedIn } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { createPgFramer } from "../framer.ts";
import { bodyOf } from "../messages/body.ts";
import { encodeMessage } from "../messages/encode-message.ts";
import { decodeErrorResponse } from "../messages/error-response.ts";

const DATA_ROW = 0x44;
const ERROR_RESPONSE = 0x45;
const READY_FOR_QUERY = 0x5a;

const query = encodeMessage("Q", (writer) => writer.string("SELECT 1"));

/** Runs a trivial statement on a session where nothing else runs. Throws unless a row and readiness came back. */
export async function checkServer({ stream }: LoggedIn): Promise<void> {
  const framer = createPgFramer("server");
  await stream.write(query);
  let rows = 0;
  for (;;) {
    const chunk = await stream.read();
    if (chunk === undefined) throw new GatewayError("server/lost", "the server hung up during the check");
    framer.push(chunk);
    for (let frame = framer.next(); frame !== undefined; frame = framer.next()) {
      if (frame.tag === DATA_ROW) rows++;
      if (frame.tag === ERROR_RESPONSE) {
        const { code, message } = decodeErrorResponse(bodyOf(frame, "server/malformed"));
        throw new GatewayError("server/lost", `the server failed the check: ${code} ${message}`);
      }
      if (frame.tag === READY_FOR_QUERY) {
        if (rows === 1) return;
        throw new GatewayError("server/malformed", `the server answered the check with ${rows} rows`);
      }
    }
  }
}
