import type { ClientDoor } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { tellClient } from "./tell-client.ts";

/** The name that direct TLS must be asked for by, and that other TLS may be: a handshake meant for another protocol is not ours. */
const ALPN = "postgresql";
const ACCEPTED = Buffer.from("S");

/** Answers SSLRequest with yes and makes the handshake. */
export async function acceptRequestedTls(door: ClientDoor): Promise<void> {
  const { stream } = door;
  // CVE-2021-23214: what came in clear would be taken for what the client says under TLS.
  if (stream.hasUnread) {
    const error = new GatewayError("protocol/malformed", "unencrypted bytes follow the SSLRequest", {
      detail:
        "Data came in clear behind the request for TLS: a fault of the client, or somebody in between put it there.",
    });
    await tellClient(stream, error);
    throw error;
  }
  await stream.write(ACCEPTED);
  await handshake(door);
}

/** Makes the handshake for a client whose first byte began one. */
export async function acceptDirectTls(door: ClientDoor): Promise<void> {
  const protocol = await handshake(door);
  if (protocol === ALPN) return;
  const error = new GatewayError("protocol/malformed", "direct TLS without the ALPN protocol postgresql");
  door.stream.destroy(error);
  throw error;
}

async function handshake({ stream, tls }: ClientDoor): Promise<string | false | null> {
  const secure = await stream.acceptTls({ secureContext: tls.context, ALPNProtocols: [ALPN] });
  return secure.alpnProtocol;
}
