import type { ClientDoor, LoginTalk, NoTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import { authPlugin } from "../messages/auth-plugins.ts";
import { capability, commonFlags, hasCapability } from "../messages/capabilities.ts";
import { decodeClientStart, type ClientStart } from "../messages/client-start.ts";
import { decodeHandshakeResponse, type HandshakeResponse } from "../messages/handshake-response.ts";
import { encodeHandshakeV10 } from "../messages/handshake-v10.ts";
import { PacketExchange } from "../packet-exchange.ts";
import { clientHello } from "./client-hello.ts";
import { encryptionRequired } from "./encryption-required.ts";
import { MysqlLoginTalk } from "./mysql-login-talk.ts";
import { freshNonce } from "./nonce.ts";
import { offerOf, type ServerOffer } from "./server-offer.ts";
import { tellClient } from "./tell-client.ts";

/** A client's answer to the greeting, and whether it came over TLS. */
interface Answer {
  readonly response: HandshakeResponse;
  readonly encrypted: boolean;
}

/** Greets a client and reads up to its name. When it rejects, the client was told why and the connection is closed. */
export async function greetClient(door: ClientDoor): Promise<LoginTalk | NoTalk> {
  const { stream } = door;
  const exchange = new PacketExchange(stream, {
    maxBytes: door.maxMessageBytes,
    onFault: "protocol/malformed",
    sequence: 0,
  });
  try {
    return await greet(door, exchange);
  } catch (reason) {
    if (isHangUp(reason)) {
      stream.destroy();
      return { kind: "gone" };
    }
    const error = GatewayError.from(reason);
    await tellClient({ stream, exchange }, error);
    throw error;
  }
}

/** Port checks often end with a reset. */
function isHangUp(error: unknown): boolean {
  return (
    error instanceof Error && error.cause instanceof Error && "code" in error.cause && error.cause.code === "ECONNRESET"
  );
}

async function greet(door: ClientDoor, exchange: PacketExchange): Promise<LoginTalk | NoTalk> {
  const { stream } = door;
  const offer = offerOf(door.likelyServers());
  const nonce = freshNonce();
  const connectionId = door.mintCancelKey(0).id;
  await exchange.write(encodeHandshakeV10({ ...offer, connectionId, nonce, plugin: authPlugin.CACHING_SHA2 }));
  const answer = await readAnswer(door, exchange);
  if (answer === undefined) {
    stream.destroy();
    return { kind: "gone" };
  }
  const { response, encrypted } = answer;
  const { plugin, proof } = response;
  return new MysqlLoginTalk({
    stream,
    exchange,
    first: { plugin, proof, nonce },
    hello: clientHello({ ...response, ...negotiated(response, offer), encrypted }),
  });
}

/** Undefined where the client hung up. */
async function readAnswer(door: ClientDoor, exchange: PacketExchange): Promise<Answer | undefined> {
  const body = await exchange.read();
  if (body === undefined) return undefined;
  const start = decodeStart(body);
  if (!hasCapability(start.capabilities, capability.SSL)) {
    if (!door.plaintextAllowed) throw encryptionRequired("a handshake response without TLS");
    return { response: decodeHandshakeResponse(start, body), encrypted: false };
  }
  // A request for TLS ends here. Behind it there may already be the client's first bytes of TLS, and nothing else gets through that.
  body.expectEnd();
  await door.stream.acceptTls({ secureContext: door.tls.context });
  const again = await exchange.read();
  if (again === undefined) return undefined;
  const encryptedStart = decodeStart(again);
  // what came in clear anybody may have written; what the client says under TLS must be what it was asked with
  if (encryptedStart.capabilities !== start.capabilities) {
    throw again.fault("the capabilities under TLS differ from those of the request for it");
  }
  return { response: decodeHandshakeResponse(encryptedStart, again), encrypted: true };
}

function decodeStart(body: ByteReader): ClientStart {
  const start = decodeClientStart(body);
  const missing = [
    ["PROTOCOL_41", capability.PROTOCOL_41],
    ["SECURE_CONNECTION", capability.SECURE_CONNECTION],
    ["PLUGIN_AUTH", capability.PLUGIN_AUTH],
  ] as const;
  const [name] = missing.find(([, flag]) => !hasCapability(start.capabilities, flag)) ?? [];
  if (name === undefined) return start;
  throw new GatewayError("protocol/unsupported", `a client without ${name}`, {
    detail: `The client is too old: it does not have the capability ${name}.`,
    hint: "Use a client of MySQL 5.7, MariaDB 10.2 or newer.",
  });
}

/** What counts from here on: what both sides have. */
function negotiated(
  { capabilities, mariadbCapabilities }: ClientStart,
  offer: ServerOffer,
): Pick<ClientStart, "capabilities" | "mariadbCapabilities"> {
  return {
    capabilities: commonFlags(capabilities, offer.capabilities),
    mariadbCapabilities: commonFlags(mariadbCapabilities, offer.mariadbCapabilities),
  };
}
