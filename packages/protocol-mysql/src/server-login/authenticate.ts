import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError } from "@sallyport/shared/errors";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { AUTH_MORE_DATA } from "../messages/auth-more-data.ts";
import { authPlugin } from "../messages/auth-plugins.ts";
import { AUTH_SWITCH_REQUEST, decodeAuthSwitchRequest } from "../messages/auth-switch-request.ts";
import { decodeErrPacket, ERR } from "../messages/err-packet.ts";
import type { HandshakeV10 } from "../messages/handshake-v10.ts";
import { decodeOkPacket, OK, type OkPacket } from "../messages/ok-packet.ts";
import { authMethod, type AuthMethod } from "./auth-methods.ts";
import type { Login } from "./login.ts";
import { loginError } from "./server-error.ts";

/** A switch, a step, a key and OK are the longest that there is; one that goes on would keep us answering. */
const MAX_STEPS = 6;

/** An authentication that has been begun. */
interface Begun {
  readonly plugin: string;
  readonly method: AuthMethod;
  readonly nonce: Buffer;
}

/** What goes into the handshake response, and what has then been begun. */
export interface FirstProof extends Begun {
  readonly proof: Buffer;
}

/** Answers the greeting. A server that prefers what is not spoken here may still switch to what this account has. */
export function firstProof(login: Login, { plugin: preferred = "", nonce }: HandshakeV10): FirstProof {
  // in front of the first answer nobody has asked for the password itself
  const plugin = preferred === authPlugin.NATIVE ? authPlugin.NATIVE : authPlugin.CACHING_SHA2;
  const method = methodOf(plugin);
  return { plugin, method, nonce, proof: method.answer(login, nonce) };
}

/** Answers whatever the server asks for after the handshake response, and resolves to its OK. */
export async function authenticate(login: Login, first: Begun, request: OpenSession): Promise<OkPacket> {
  const { exchange } = login;
  let begun = first;
  let switched = false;
  for (let step = 0; step < MAX_STEPS; step++) {
    const packet = await nextPacket(login);
    const body = new ByteReader(packet, 1, packet.length, "server/malformed");
    switch (packet[0]) {
      case OK:
        return decodeOkPacket(whole(packet), { sessionTrack: true });
      case ERR:
        throw loginError(request, decodeErrPacket(whole(packet)));
      case AUTH_SWITCH_REQUEST: {
        if (switched) throw new GatewayError("server/malformed", "the server switches its authentication twice");
        switched = true;
        const { plugin, data } = decodeAuthSwitchRequest(body);
        begun = { plugin, method: methodOf(plugin), nonce: data };
        await exchange.write(begun.method.answer(login, begun.nonce));
        break;
      }
      case AUTH_MORE_DATA: {
        const answer = begun.method.more(login, begun.nonce, body.rest());
        if (answer !== undefined) await exchange.write(answer);
        break;
      }
      case undefined:
      default:
        throw new GatewayError("server/malformed", `the server answered the login with ${packet[0] ?? "nothing"}`);
    }
  }
  throw new GatewayError("server/malformed", "the login does not end");
}

function methodOf(plugin: string): AuthMethod {
  const method = authMethod(plugin);
  if (method !== undefined) return method;
  throw new GatewayError(
    "server/login-failed",
    `the server asks for ${JSON.stringify(plugin)}, which is not supported`,
    { detail: "The server's account uses an authentication that the agent does not speak." },
  );
}

/** The whole payload, its first byte included. */
async function nextPacket({ exchange }: Login): Promise<Buffer> {
  const packet = await exchange.read();
  if (packet === undefined) throw new GatewayError("server/unreachable", "the server hung up during the login");
  return packet.rest();
}

function whole(packet: Buffer): ByteReader {
  return new ByteReader(packet, 0, packet.length, "server/malformed");
}
