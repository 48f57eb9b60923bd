import type { GatewayError } from "@sallyport/shared/errors";
import { closeGently } from "@sallyport/shared/stream/close-gently";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import { errPacket } from "../native-errors.ts";
import type { PacketExchange } from "../packet-exchange.ts";

/** Where a client's login stands. */
export interface ClientLogin {
  readonly stream: SocketStream;
  readonly exchange: PacketExchange;
}

/** Says why the login ends and closes the connection. Never rejects. */
export function tellClient({ stream, exchange }: ClientLogin, error: GatewayError): Promise<void> {
  return closeGently(stream, errPacket(error, exchange.sequence, { withState: true }));
}
