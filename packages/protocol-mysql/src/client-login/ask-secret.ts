import type { TicketVerifier } from "@sallyport/shared/adapter";
import { GatewayError } from "@sallyport/shared/errors";
import type { Secret } from "@sallyport/shared/secret";
import { provesTicket } from "@sallyport/shared/ticket-verifier";
import { encodeAuthMoreData, FAST_AUTH_SUCCESS, PERFORM_FULL_AUTHENTICATION } from "../messages/auth-more-data.ts";
import { authPlugin } from "../messages/auth-plugins.ts";
import { encodeAuthSwitchRequest } from "../messages/auth-switch-request.ts";
import type { PacketExchange } from "../packet-exchange.ts";
import { clearSecret, isNothing, openidConnectToken } from "./clear-secret.ts";
import { encryptionRequired } from "./encryption-required.ts";
import { freshNonce } from "./nonce.ts";
import { isProofOf, PROOF_BYTES } from "./sha2-proof.ts";

/** What a client answered to the greeting. */
export interface FirstAnswer {
  readonly plugin: string | undefined;
  readonly proof: Buffer;
  /** The greeting's. */
  readonly nonce: Buffer;
}

/** A client that is to be asked. `first` is undefined where it logs in anew and there was no greeting. */
export interface Asked {
  readonly exchange: PacketExchange;
  readonly encrypted: boolean;
  readonly first: FirstAnswer | undefined;
}

/** A proof of `caching_sha2_password`, and what it is bound to. */
type Scramble = Pick<FirstAnswer, "proof" | "nonce">;

/**
 * Gets the token itself. Over TLS every client gives its password when the full authentication of `caching_sha2_password` is
 * asked for, with no option set; one that has no password is asked for a token as MySQL has it.
 */
export async function receiveToken(asked: Asked): Promise<Secret<string>> {
  const { exchange, encrypted, first } = asked;
  const given = first !== undefined && !isNothing(first.proof);
  if (given && first.plugin === authPlugin.CLEAR) return clearSecret(first.proof);
  // nothing that is asked for here may go in clear, not even on this host: the client would not know the next time
  if (!encrypted) throw encryptionRequired("a token is asked for without TLS");
  if (first?.plugin === authPlugin.OPENID_CONNECT) {
    return openidConnectToken(given ? first.proof : await switchTo(exchange, authPlugin.OPENID_CONNECT));
  }
  const { proof } = await scrambleOf(asked);
  if (!isNothing(proof)) return fullAuthentication(exchange);
  // clients take one switch and no more
  if (first?.plugin !== authPlugin.CACHING_SHA2) return clearSecret(proof);
  return openidConnectToken(await switchTo(exchange, authPlugin.OPENID_CONNECT));
}

/** Whether the client has the ticket's secret. Where the proof is wrong it is not asked again. */
export async function receiveProof(asked: Asked, verifier: TicketVerifier): Promise<boolean> {
  const { exchange, encrypted, first } = asked;
  if (first?.plugin === authPlugin.CLEAR) {
    return !isNothing(first.proof) && provesTicket(clearSecret(first.proof), verifier);
  }
  const { proof, nonce } = await scrambleOf(asked);
  if (isNothing(proof)) return false;
  // a client that can give its password only whole sends something else in the scramble's place
  if (proof.length !== PROOF_BYTES) return encrypted && provesTicket(await fullAuthentication(exchange), verifier);
  const proven = isProofOf(verifier, nonce, proof);
  if (proven) await exchange.write(encodeAuthMoreData(FAST_AUTH_SUCCESS));
  return proven;
}

/** The greeting's plugin is the one that is wanted; a client that began another is asked to switch, with a nonce of its own. */
async function scrambleOf({ exchange, first }: Asked): Promise<Scramble> {
  if (first?.plugin === authPlugin.CACHING_SHA2) return first;
  const nonce = freshNonce();
  return { proof: await switchTo(exchange, authPlugin.CACHING_SHA2, nonce), nonce };
}

async function switchTo(exchange: PacketExchange, plugin: string, nonce = freshNonce()): Promise<Buffer> {
  await exchange.write(encodeAuthSwitchRequest({ plugin, data: Buffer.concat([nonce, Buffer.alloc(1)]) }));
  return nextAnswer(exchange);
}

async function fullAuthentication(exchange: PacketExchange): Promise<Secret<string>> {
  await exchange.write(encodeAuthMoreData(PERFORM_FULL_AUTHENTICATION));
  return clearSecret(await nextAnswer(exchange));
}

async function nextAnswer(exchange: PacketExchange): Promise<Buffer> {
  const answer = await exchange.read();
  // clients do so to ask their user for the password, and when they do not know the plugin
  if (answer === undefined) throw new GatewayError("client/gone", "the client hung up instead of answering");
  return answer.rest();
}
