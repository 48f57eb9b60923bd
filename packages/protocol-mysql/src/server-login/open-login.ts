import { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { decodeErrPacket, ERR } from "../messages/err-packet.ts";
import { encodeHandshakeResponse } from "../messages/handshake-response.ts";
import { decodeHandshakeV10, type HandshakeV10 } from "../messages/handshake-v10.ts";
import type { OkPacket } from "../messages/ok-packet.ts";
import { PacketExchange } from "../packet-exchange.ts";
import { loginSetting, numberIn } from "../server-facts.ts";
import { authenticate, firstProof } from "./authenticate.ts";
import { loginAttributes } from "./login-attributes.ts";
import { loginFlags } from "./login-flags.ts";
import { loginError } from "./server-error.ts";
import { protect } from "./server-tls.ts";

/** No packet of a login comes near it. */
const MAX_PACKET_BYTES = 64 * 1024;
/** The largest that servers take; each has a limit of its own below it. */
const MAX_MESSAGE_BYTES = 1024 * 1024 * 1024;
/** utf8mb4_general_ci, for logins without a client. */
const OWN_COLLATION = 45;
const LARGEST_COLLATION = 0xff;

/** A connection that has been logged in and on which nothing was asked yet. */
export interface OpenedLogin {
  readonly stream: SocketStream;
  readonly greeting: HandshakeV10;
  /** What both ends go by from here on. */
  readonly negotiated: number;
  readonly ok: OkPacket;
}

/** Waits for the greeting, encrypts and logs in. */
export async function openLogin(
  stream: SocketStream,
  request: OpenSession,
  password: Secret<string> | undefined,
): Promise<OpenedLogin> {
  const exchange = new PacketExchange(stream, {
    maxBytes: MAX_PACKET_BYTES,
    onFault: "server/malformed",
    sequence: 0,
  });
  const greeting = await readGreeting(exchange, request);
  const flags = loginFlags(request, greeting);
  const start = { ...flags, maxPacketBytes: MAX_MESSAGE_BYTES, collation: collationOf(request) };
  const protection = await protect(request.server, { stream, exchange, start, offered: greeting.capabilities });
  const login = { exchange, password, protection };
  const first = firstProof(login, greeting);
  await exchange.write(
    encodeHandshakeResponse({
      ...start,
      user: request.credential.user,
      proof: first.proof,
      plugin: first.plugin,
      database: request.database,
      attributes: loginAttributes(request),
    }),
  );
  const ok = await authenticate(login, first, request);
  return { stream, greeting, negotiated: flags.capabilities, ok };
}

/** Clients that log in anew may name one that does not fit a login's single byte. Nearly all of those are of utf8mb4. */
function collationOf({ settings }: OpenSession): number {
  const asked = numberIn(settings, loginSetting.collation) ?? OWN_COLLATION;
  return asked > LARGEST_COLLATION ? OWN_COLLATION : asked;
}

/** A server that has no place for us says so instead. */
async function readGreeting(exchange: PacketExchange, request: OpenSession): Promise<HandshakeV10> {
  const packet = (await exchange.read())?.rest();
  if (packet === undefined) throw new GatewayError("server/unreachable", "the server hung up instead of a greeting");
  const body = new ByteReader(packet, 0, packet.length, "server/malformed");
  if (packet[0] === ERR) throw loginError(request, decodeErrPacket(body));
  return decodeHandshakeV10(body);
}
