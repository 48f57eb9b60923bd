import { GatewayError } from "@sallyport/shared/errors";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { OpenSession } from "@sallyport/shared/tunnel/open-session";
import { MessageReader, type LoginMessage } from "../message-reader.ts";
import { decodeErrorResponse } from "../messages/error-response.ts";
import { decodeNegotiateProtocolVersion } from "../messages/negotiate-protocol-version.ts";
import { PROTOCOL_MAJOR } from "../messages/protocol-version.ts";
import { loginError } from "./server-error.ts";

/** No message of a login comes near it. */
const MAX_MESSAGE_BYTES = 64 * 1024;
/** A login takes some twenty; one that goes on for ever would keep us reading. */
const MAX_MESSAGES = 1_000;

/** The server's side of a login, message by message, without what every step would have to handle: errors, notices, the version's negotiation. */
export class ServerMessages {
  readonly #reader: MessageReader;
  readonly #request: OpenSession;
  #seen = 0;

  constructor(stream: SocketStream, request: OpenSession) {
    this.#reader = new MessageReader(stream, MAX_MESSAGE_BYTES, "server/malformed");
    this.#request = request;
  }

  /** The next message, which must have one of these tags. An ErrorResponse is thrown as what it means. */
  async next(tags: string): Promise<LoginMessage> {
    for (;;) {
      const message = await this.#reader.tagged(`${tags}ENv`);
      if (message === undefined) throw new GatewayError("server/unreachable", "the server hung up during the login");
      if (++this.#seen > MAX_MESSAGES) throw new GatewayError("server/malformed", "the login does not end");
      switch (message.tag) {
        case "E":
          throw loginError(this.#request, decodeErrorResponse(message.body));
        case "N":
          break;
        case "v": {
          // An older server names the version it speaks; ours differ in nothing but the length of the cancel secret.
          const { major, minor } = decodeNegotiateProtocolVersion(message.body);
          if (major !== PROTOCOL_MAJOR)
            throw new GatewayError("server/unsupported", `the server speaks protocol ${major}.${minor}`);
          break;
        }
        default:
          return message;
      }
    }
  }
}
