import { isAbsolute } from "node:path";
import { z } from "zod";

const MAX_KEYS = 100;
const absolutePath = z.string().max(1024).refine(isAbsolute, "must be an absolute path on the gateway's host");

// RFC 7518 §6: what no public key has
const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

const publicKey = z
  .looseObject({ kty: z.enum(["RSA", "EC", "OKP"], "must be the type of a public key: RSA, EC or OKP") })
  .refine(
    (key) => !privateMembers.some((member) => Object.hasOwn(key, member)),
    "is a private key, which belongs into no document; keep its public half alone, and make a new key",
  );

/** Where a provider's keys are. All left out: found by OpenID discovery under the issuer. */
export const keyLocation = {
  jwksUri: z.url("must be a URL such as https://login.example.com/keys").optional(),
  /** A file on the gateway's host, read again as often as keys are fetched. */
  jwksFile: absolutePath.optional(),
  /** The keys themselves. */
  jwks: z.strictObject({ keys: z.array(publicKey).min(1).max(MAX_KEYS) }).optional(),
  /** The one authority that the provider's host is trusted by: PEM on the gateway's host. */
  caFile: absolutePath.optional(),
  /** A token to fetch keys with: a JWT in a file on the gateway's host. */
  bearerTokenFile: absolutePath.optional(),
};

type KeyLocation = z.infer<z.ZodObject<typeof keyLocation>>;

/** What does not fit together, as the key to complain about and the sentence. */
export function keyLocationFault(given: KeyLocation): { key: keyof KeyLocation; message: string } | undefined {
  const [first, second] = (["jwksUri", "jwksFile", "jwks"] as const).filter((key) => given[key] !== undefined);
  if (second !== undefined) return { key: second, message: `cannot stand beside ${first}; keep one of them` };
  const isFetched = first === undefined || first === "jwksUri";
  if (given.caFile !== undefined && !isFetched)
    return { key: "caFile", message: `cannot stand beside ${first}, as nothing is fetched then` };
  // discovery must not decide where a credential of ours goes
  if (given.bearerTokenFile !== undefined && !(given.jwksUri?.startsWith("https://") ?? false))
    return {
      key: "bearerTokenFile",
      message: "needs jwksUri with https://: the one address that the token is sent to",
    };
  return undefined;
}
