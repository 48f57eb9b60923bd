import type { CancelKey, Dial, LoggedIn } from "@sallyport/shared/adapter";
import { dialWithin } from "@sallyport/shared/dial/dial-within";
import { loginError } from "@sallyport/shared/dial/login-error";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { NEWEST_MINOR, PROTOCOL_MAJOR } from "../messages/protocol-version.ts";
import { encodeStartupMessage } from "../messages/startup-message.ts";
import { authenticate } from "./authenticate.ts";
import { cancelOnServer } from "./cancel-on-server.ts";
import { collectFacts } from "./collect-facts.ts";
import { isRefusalOf } from "./server-error.ts";
import { ServerMessages } from "./server-messages.ts";
import { serverParameters, watchSetting } from "./server-settings.ts";
import { protect } from "./server-tls.ts";

/** From dialling to ReadyForQuery. */
const LOGIN_MS = 15_000;

/** Dials, encrypts and logs in with the connection's credential. What the server sends behind its first readiness stays to be read. */
export async function loginToServer(
  request: OpenSession,
  password: Secret<string> | undefined,
  dial: Dial,
): Promise<LoggedIn> {
  const attempt = (watched: boolean): Promise<LoggedIn> =>
    dialWithin(LOGIN_MS, tookTooLong, dial, (stream) => login(stream, { request, watched }, password, dial));
  try {
    return await attempt(true).catch((refusal: unknown) => {
      if (isRefusalOf(refusal, watchSetting.name)) return attempt(false);
      throw refusal;
    });
  } catch (reason) {
    throw loginError(reason);
  }
}

async function login(
  stream: SocketStream,
  { request, watched }: { readonly request: OpenSession; readonly watched: boolean },
  password: Secret<string> | undefined,
  dial: Dial,
): Promise<LoggedIn> {
  const protection = await protect(stream, request.server);
  await stream.write(
    encodeStartupMessage({
      type: "StartupMessage",
      major: PROTOCOL_MAJOR,
      // worth asking for: from 3.2 on the secret that cancels is too long to be guessed
      minor: NEWEST_MINOR,
      parameters: serverParameters(request, watched),
    }),
  );
  const messages = new ServerMessages(stream, request);
  await authenticate({ stream, messages, user: request.credential.user, password, protection });
  const { facts, cancelKey } = await collectFacts(messages);
  return { facts, stream, cancel: () => cancel(request, cancelKey, dial) };
}

async function cancel(request: OpenSession, key: CancelKey | undefined, dial: Dial): Promise<void> {
  if (key !== undefined) await cancelOnServer(request.server, key, dial);
}

function tookTooLong(): GatewayError {
  return new GatewayError("server/unreachable", `the server's login took longer than ${LOGIN_MS} ms`);
}
