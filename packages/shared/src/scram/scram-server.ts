import { timingSafeEqual } from "node:crypto";
import type { ScramVerifier } from "../adapter.ts";
import { GatewayError } from "../errors.ts";
import { parseClientFirst, type ClientFirst } from "./client-first.ts";
import { digest, freshNonce, hmac, scramSha256, xor, type ScramHash } from "./scram-hash.ts";
import { ScramAttributes } from "./scram-messages.ts";

/** The channel that a login runs over, as both ends see it when nobody sits between them: RFC 5929. */
export interface ChannelBinding {
  readonly type: "tls-server-end-point";
  readonly data: Buffer;
}

/** How the server side of one exchange is set up. */
export interface ScramServerOptions {
  readonly verifier: ScramVerifier;
  /** Given when the `-PLUS` mechanism was offered, whether or not the client chose it. */
  readonly offered?: ChannelBinding | undefined;
  /** Whether the client chose the `-PLUS` mechanism. */
  readonly bound: boolean;
  readonly hash?: ScramHash;
  /** For tests with known answers. */
  readonly nonce?: string;
}

/** One exchange, used once: `first`, then `final`. Both throw `GatewayError` on what the protocol does not allow. */
export interface ScramServer {
  /** Answers the client's first message. */
  first(clientFirst: string): string;
  /** The last answer, or undefined when the proof is wrong. */
  final(clientFinal: string): string | undefined;
}

type State =
  | { readonly at: "start" }
  /** The challenge is out; `nonce` is both sides' together. */
  | { readonly at: "challenged"; readonly client: ClientFirst; readonly nonce: string; readonly serverFirst: string }
  | { readonly at: "done" };

/** The server side of RFC 5802, as text messages: the protocol around it says how they travel. */
export function createScramServer(options: ScramServerOptions): ScramServer {
  const { verifier, hash = scramSha256 } = options;
  let state: State = { at: "start" };

  return {
    first(message) {
      if (state.at !== "start") throw outOfOrder();
      state = { at: "done" };
      const client = parseClientFirst(message);
      checkBinding(client, options);
      const nonce = client.nonce + (options.nonce ?? freshNonce());
      const serverFirst = `r=${nonce},s=${verifier.salt.toString("base64")},i=${verifier.iterations}`;
      state = { at: "challenged", client, nonce, serverFirst };
      return serverFirst;
    },

    final(message) {
      if (state.at !== "challenged") throw outOfOrder();
      const { client, nonce, serverFirst } = state;
      state = { at: "done" };
      const attributes = new ScramAttributes(message, "protocol/malformed");
      const binding = attributes.base64("c");
      if (attributes.nonce() !== nonce) throw attributes.fault("the nonce is not the one that was sent");
      const proofAt = message.lastIndexOf(",p=");
      const ending = new ScramAttributes(message.slice(proofAt + 1), "protocol/malformed");
      const proof = ending.base64("p");
      if (!ending.atEnd) throw attributes.fault("something follows the proof");
      if (message.includes(",m=")) throw attributes.fault("a mandatory extension is not supported");
      if (proof.length !== hash.bytes) throw attributes.fault("the proof has the wrong length");
      if (!isEqual(binding, expectedBinding(client, options))) {
        throw new GatewayError(
          "login/failed",
          "the SCRAM channel binding differs: somebody may sit between client and gateway",
        );
      }
      const signed = `${client.bare},${serverFirst},${message.slice(0, proofAt)}`;
      const clientKey = xor(proof, hmac(hash, verifier.storedKey, signed));
      if (!isEqual(digest(hash, clientKey), verifier.storedKey)) return undefined;
      return `v=${hmac(hash, verifier.serverKey, signed).toString("base64")}`;
    },
  };
}

function checkBinding({ binding }: ClientFirst, { offered, bound }: ScramServerOptions): void {
  if (binding.flag === "p") {
    if (!bound || offered === undefined) throw refused("the client binds the channel under a mechanism that does not");
    if (binding.type !== offered.type) throw refused(`channel binding of type ${binding.type} is not supported`);
    return;
  }
  if (bound) throw refused("the client chose channel binding and then did not bind");
  // The client could bind and believes that we can't, though we offered it: somebody took the offer away.
  if (binding.flag === "y" && offered !== undefined)
    throw refused("the offer of channel binding was hidden from the client");
}

function expectedBinding(client: ClientFirst, { offered, bound }: ScramServerOptions): Buffer {
  const header = Buffer.from(client.gs2Header, "utf8");
  return bound && offered !== undefined ? Buffer.concat([header, offered.data]) : header;
}

function isEqual(left: Buffer, right: Buffer): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

function refused(why: string): GatewayError {
  return new GatewayError("login/failed", `SCRAM: ${why}`);
}

function outOfOrder(): GatewayError {
  return new GatewayError("protocol/out-of-order", "a SCRAM message came where none was expected");
}
