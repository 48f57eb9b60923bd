import type { ScramVerifier } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import { scramSha256 } from "@sallyport/shared/scram/scram-hash";
import { createScramServer, type ChannelBinding } from "@sallyport/shared/scram/scram-server";
import type { SocketStream } from "@sallyport/shared/stream/socket-stream";
import type { ByteReader } from "@sallyport/shared/bytes/byte-reader";
import {
  encodeAuthenticationSasl,
  encodeAuthenticationSaslContinue,
  encodeAuthenticationSaslFinal,
} from "../messages/authentication.ts";
import { decodeSASLInitialResponse, decodeSASLResponse } from "../messages/sasl-response.ts";

const PLAIN_MECHANISM = scramSha256.name;
const BOUND_MECHANISM = `${PLAIN_MECHANISM}-PLUS`;

/** Runs SCRAM-SHA-256 with a client; false when its proof is wrong. `channel` is given where it can be bound. */
export async function proveByScram(
  stream: SocketStream,
  nextResponse: () => Promise<ByteReader>,
  verifier: ScramVerifier,
  channel: ChannelBinding | undefined,
): Promise<boolean> {
  const offered = channel === undefined ? [PLAIN_MECHANISM] : [BOUND_MECHANISM, PLAIN_MECHANISM];
  await stream.write(encodeAuthenticationSasl(offered));
  const initial = decodeSASLInitialResponse(await nextResponse());
  if (!offered.includes(initial.mechanism)) {
    throw new GatewayError("login/failed", `the client chose the SASL mechanism ${JSON.stringify(initial.mechanism)}`);
  }
  const scram = createScramServer({ verifier, offered: channel, bound: initial.mechanism === BOUND_MECHANISM });
  await stream.write(encodeAuthenticationSaslContinue(scram.first(initial.data)));
  const serverFinal = scram.final(decodeSASLResponse(await nextResponse()));
  if (serverFinal === undefined) return false;
  await stream.write(encodeAuthenticationSaslFinal(serverFinal));
  return true;
}
