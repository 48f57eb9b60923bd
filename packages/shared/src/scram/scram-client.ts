import { timingSafeEqual } from "node:crypto";
import { GatewayError } from "../errors.ts";
import type { Secret } from "../secret.ts";
import { preparePassword } from "./saslprep.ts";
import { digest, freshNonce, hmac, saltPassword, scramSha256, xor, type ScramHash } from "./scram-hash.ts";
import { encodeSaslName, ScramAttributes } from "./scram-messages.ts";
import type { ChannelBinding } from "./scram-server.ts";

/** A million take most of a second of one thread. PostgreSQL's default is 4096; a server that asks for more than this wants our time. */
const DEFAULT_MAX_ITERATIONS = 1_000_000;

/** How the client side of one exchange is set up. */
export interface ScramClientOptions {
  /** Empty where the protocol names the user elsewhere. */
  readonly user: string;
  readonly password: Secret<string>;
  /** `bound`: the `-PLUS` mechanism. `not-offered`: we could bind, the server did not offer it. `impossible`: we can't. */
  readonly binding:
    | { readonly kind: "bound"; readonly channel: ChannelBinding }
    | { readonly kind: "not-offered" | "impossible" };
  readonly hash?: ScramHash;
  readonly maxIterations?: number;
  /** For tests with known answers. */
  readonly nonce?: string;
}

/** One exchange, used once: `first`, `final`, `verify`. A server that plays foul makes them throw `GatewayError`. */
export interface ScramClient {
  first(): string;
  final(serverFirst: string): Promise<string>;
  /** Throws unless the server proved that it knows the secret too. */
  verify(serverFinal: string): void;
}

/** The client side of RFC 5802, as text messages. */
export function createScramClient(options: ScramClientOptions): ScramClient {
  const { hash = scramSha256, maxIterations = DEFAULT_MAX_ITERATIONS, nonce: ownNonce = freshNonce() } = options;
  const header = { bound: "p=tls-server-end-point,,", "not-offered": "y,,", impossible: "n,," }[options.binding.kind];
  const channel = options.binding.kind === "bound" ? options.binding.channel.data : Buffer.alloc(0);
  const bare = `n=${encodeSaslName(options.user)},r=${ownNonce}`;
  let expectedSignature: Buffer | undefined;

  return {
    first: () => header + bare,

    async final(serverFirst) {
      const attributes = new ScramAttributes(serverFirst, "server/malformed");
      const nonce = attributes.nonce();
      if (!nonce.startsWith(ownNonce) || nonce === ownNonce) throw attributes.fault("the nonce does not extend ours");
      const salt = attributes.base64("s");
      const iterations = attributes.count("i");
      attributes.skipExtensions();
      if (iterations > maxIterations)
        throw failed(`the server asks for ${iterations} iterations, more than ${maxIterations}`);

      const binding = Buffer.concat([Buffer.from(header, "utf8"), channel]).toString("base64");
      const withoutProof = `c=${binding},r=${nonce}`;
      const signed = `${bare},${serverFirst},${withoutProof}`;
      const salted = await saltPassword(hash, preparePassword(options.password.reveal()), salt, iterations);
      const clientKey = hmac(hash, salted, "Client Key");
      const proof = xor(clientKey, hmac(hash, digest(hash, clientKey), signed));
      expectedSignature = hmac(hash, hmac(hash, salted, "Server Key"), signed);
      return `${withoutProof},p=${proof.toString("base64")}`;
    },

    verify(serverFinal) {
      if (expectedSignature === undefined) throw failed("the server's last message came too early");
      const attributes = new ScramAttributes(serverFinal, "server/malformed");
      if (serverFinal.startsWith("e=")) throw failed("the server refused the proof");
      const signature = attributes.base64("v");
      attributes.skipExtensions();
      if (signature.length !== expectedSignature.length || !timingSafeEqual(signature, expectedSignature)) {
        throw failed("the server does not know the secret: it is not the server it claims to be");
      }
    },
  };
}

function failed(why: string): GatewayError {
  return new GatewayError("server/login-failed", `SCRAM: ${why}`);
}
