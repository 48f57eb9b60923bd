import { principalKinds, type PrincipalKind } from "@sallyport/shared/principal";
import { CommandFailure } from "../command-failure.ts";
import { exitCodes } from "../exit-codes.ts";

/** A kind of principal as it was typed. */
export function kindOf(text: string): PrincipalKind {
  const kind = principalKinds.find((one) => one === text);
  if (kind !== undefined) return kind;
  throw new CommandFailure(
    `"${text}" is no kind of principal.`,
    `Choose one of ${principalKinds.join(", ")}.`,
    undefined,
    exitCodes.usage,
  );
}

/** A token's claims as they were typed. */
export function claimsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(text);
    if (typeof claims === "object" && claims !== null && !Array.isArray(claims)) return { ...claims };
  } catch {
    // said below
  }
  throw new CommandFailure(
    "--claims is no JSON object.",
    `Write it as '{"repository": "acme/shop"}'.`,
    undefined,
    exitCodes.usage,
  );
}
