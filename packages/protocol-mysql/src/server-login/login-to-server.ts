import type { Dial, LoggedIn } from "@sallyport/shared/adapter";
import { dialWithin } from "@sallyport/shared/dial/dial-within";
import { loginError } from "@sallyport/shared/dial/login-error";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { fact } from "../server-facts.ts";
import { cancelOnServer } from "./cancel-on-server.ts";
import { collectFacts } from "./collect-facts.ts";
import { openLogin } from "./open-login.ts";

/** From dialling to the last answer about the session. */
const LOGIN_MS = 15_000;

/** Dials, encrypts, logs in with the connection's credential and asks the fresh session for its facts. */
export async function loginToServer(
  request: OpenSession,
  password: Secret<string> | undefined,
  dial: Dial,
): Promise<LoggedIn> {
  try {
    return await dialWithin(LOGIN_MS, tookTooLong, dial, (stream) => login(stream, request, password, dial));
  } catch (reason) {
    throw loginError(reason);
  }
}

async function login(
  stream: SocketStream,
  request: OpenSession,
  password: Secret<string> | undefined,
  dial: Dial,
): Promise<LoggedIn> {
  const facts = await collectFacts(await openLogin(stream, request, password));
  const connectionId = facts.settings[fact.connectionId] ?? "";
  // it goes into a statement's text
  if (!/^\d{1,20}$/.test(connectionId)) {
    throw new GatewayError("server/malformed", "the server does not tell the number of its connection");
  }
  return { facts, stream, cancel: () => cancelOnServer({ request, password, connectionId }, dial) };
}

function tookTooLong(): GatewayError {
  return new GatewayError("server/unreachable", `the server's login took longer than ${LOGIN_MS} ms`);
}
