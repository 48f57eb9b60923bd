import { GatewayError } from "@sallyport/shared/errors";
import { z } from "zod";
import { quoted } from "../../printable.ts";

/** A claim that is a text where it is there at all: one of another type must not pass for absent, since policies may deny by it. */
export const optionalText = z.string().nullish();

/** The claims in the shape that their issuer gives them. Throws `login/failed` for any other. */
export function readClaims<T>(schema: z.ZodType<T>, claims: Readonly<Record<string, unknown>>): T {
  const checked = schema.safeParse(claims);
  if (checked.success) return checked.data;
  const [issue] = checked.error.issues;
  const path = quoted(issue?.path.map(String).join(".") ?? "");
  throw new GatewayError("login/failed", `the token's claim ${path} is missing, or not what this issuer writes there`);
}
