import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import { decodeAuthentication, type Authentication } from "../messages/authentication.ts";
import { encodePasswordMessage } from "../messages/password-message.ts";
import type { Login } from "./login.ts";
import { md5Answer } from "./md5-answer.ts";
import { proveToServer } from "./scram-proof.ts";

/** Answers whatever the server asks for, once, and resolves when it is satisfied. What would give the password away is refused. */
export async function authenticate(login: Login): Promise<void> {
  const asked = await nextAuthentication(login);
  switch (asked.kind) {
    case "ok":
      return;
    case "cleartext-password": {
      const { protection } = login;
      if (protection.kind !== "tls" || !protection.verified) {
        throw refused("the server asks for the password in clear, which it gets only over verified TLS");
      }
      await login.stream.write(encodePasswordMessage(passwordOf(login).reveal()));
      break;
    }
    case "md5-password":
      await login.stream.write(encodePasswordMessage(md5Answer(login.user, passwordOf(login), asked.salt)));
      break;
    case "sasl":
      await proveToServer(login, passwordOf(login), asked.mechanisms, () => nextAuthentication(login));
      break;
    case "sasl-continue":
    case "sasl-final":
      throw new GatewayError("server/malformed", `the server began with ${asked.kind}`);
    case "unsupported":
      throw refused(`the server asks for ${asked.name}, which is not supported`);
  }
  const last = await nextAuthentication(login);
  if (last.kind !== "ok") throw new GatewayError("server/malformed", `the server asks again, for ${last.kind}`);
}

async function nextAuthentication({ messages }: Login): Promise<Authentication> {
  const { body } = await messages.next("R");
  return decodeAuthentication(body);
}

function passwordOf({ password }: Login): Secret<string> {
  if (password === undefined) throw refused("the server asks for a password, and the connection's credential has none");
  return password;
}

function refused(why: string): GatewayError {
  return new GatewayError("server/login-failed", why);
}
