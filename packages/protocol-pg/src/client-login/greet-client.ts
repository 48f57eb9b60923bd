import type { CancelTalk, ClientDoor, LoginTalk, NoTalk } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { tlsServerEndPoint } from "@sallyport/shared/scram/tls-server-end-point";
import { MessageReader } from "../message-reader.ts";
import { decodeInitialMessage, type InitialMessage } from "../messages/initial-message.ts";
import { encodeNegotiateProtocolVersion } from "../messages/negotiate-protocol-version.ts";
import { NEWEST_MINOR, PROTOCOL_MAJOR } from "../messages/protocol-version.ts";
import type { StartupMessage } from "../messages/startup-message.ts";
import { acceptDirectTls, acceptRequestedTls } from "./negotiate-tls.ts";
import { PgLoginTalk } from "./pg-login-talk.ts";
import { protocolOptions, readStartupParameters } from "./startup-settings.ts";
import { tellClient } from "./tell-client.ts";

const TLS_HANDSHAKE = 0x16;
const REFUSED = Buffer.from("N");

/** What may still be negotiated in front of the startup message, each once. */
interface Negotiation {
  readonly encrypted: boolean;
  readonly sslAsked: boolean;
  readonly gssAsked: boolean;
}

/** Reads a client's first messages, up to its name. When it rejects, the client was told why and the connection is closed. */
export async function greetClient(door: ClientDoor): Promise<LoginTalk | CancelTalk | NoTalk> {
  try {
    return await negotiate(door);
  } catch (error) {
    door.stream.destroy();
    if (isHangUp(error)) return { kind: "gone" };
    throw error;
  }
}

/** Port checks often end with a reset. */
function isHangUp(error: unknown): boolean {
  return (
    error instanceof Error && error.cause instanceof Error && "code" in error.cause && error.cause.code === "ECONNRESET"
  );
}

async function negotiate(door: ClientDoor): Promise<LoginTalk | CancelTalk | NoTalk> {
  const { stream } = door;
  const reader = new MessageReader(stream, door.maxMessageBytes, "protocol/malformed");
  let state: Negotiation = { encrypted: false, sslAsked: false, gssAsked: false };
  if ((await reader.peek()) === TLS_HANDSHAKE) {
    await acceptDirectTls(door);
    state = { encrypted: true, sslAsked: true, gssAsked: true };
  }
  for (;;) {
    const message = await nextMessage(reader);
    switch (message?.type) {
      case undefined:
        stream.destroy();
        return { kind: "gone" };
      case "CancelRequest":
        stream.destroy();
        return { kind: "cancel", key: message.key };
      case "SSLRequest":
        if (state.sslAsked) return refuse(door, outOfOrder("SSLRequest"));
        await acceptRequestedTls(door);
        state = { encrypted: true, sslAsked: true, gssAsked: true };
        break;
      case "GSSENCRequest":
        if (state.gssAsked) return refuse(door, outOfOrder("GSSENCRequest"));
        if (stream.hasUnread)
          return refuse(door, new GatewayError("protocol/malformed", "bytes follow the GSSENCRequest"));
        await stream.write(REFUSED);
        state = { ...state, gssAsked: true };
        break;
      case "StartupMessage":
        return startUp(door, reader, message, state.encrypted);
    }
  }
}

/** Lengths and layouts that no client sends get no answer: whoever sends them does not listen for PostgreSQL's. */
async function nextMessage(reader: MessageReader): Promise<InitialMessage | undefined> {
  const body = await reader.untagged();
  return body === undefined ? undefined : decodeInitialMessage(body);
}

async function startUp(
  door: ClientDoor,
  reader: MessageReader,
  startup: StartupMessage,
  encrypted: boolean,
): Promise<LoginTalk> {
  const { stream } = door;
  if (startup.major !== PROTOCOL_MAJOR) {
    const asked = `${startup.major}.${startup.minor}`;
    return refuse(
      door,
      new GatewayError("protocol/unsupported", `protocol ${asked}`, {
        detail: `Protocol ${asked} is not spoken here, only 3.0 to 3.2.`,
      }),
    );
  }
  if (!encrypted && !door.plaintextAllowed) {
    return refuse(door, new GatewayError("login/encryption-required", "a startup message without TLS"));
  }
  const unknownOptions = protocolOptions(startup.parameters);
  const minor = Math.min(startup.minor, NEWEST_MINOR);
  if (startup.minor > NEWEST_MINOR || unknownOptions.length > 0) {
    await stream.write(encodeNegotiateProtocolVersion({ major: PROTOCOL_MAJOR, minor, unknownOptions }));
  }
  try {
    const hello = { ...readStartupParameters(startup.parameters), encrypted };
    const channel = encrypted ? tlsServerEndPoint(door.tls.certificate) : undefined;
    return new PgLoginTalk({
      stream,
      reader,
      hello,
      minor,
      channel,
      mintCancelKey: (secretBytes) => door.mintCancelKey(secretBytes),
    });
  } catch (error) {
    return refuse(door, GatewayError.from(error));
  }
}

async function refuse(door: ClientDoor, error: GatewayError): Promise<never> {
  await tellClient(door.stream, error);
  throw error;
}

function outOfOrder(message: string): GatewayError {
  return new GatewayError("protocol/out-of-order", `a second ${message}`);
}
