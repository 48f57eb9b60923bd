import { GatewayError } from "@sallyport/shared/errors";
import { quoted } from "../printable.ts";
import { claimAt } from "./claim-at.ts";

type ClaimValue = string | number | boolean;

/** Claims that a token must have; of several values for one, any will do. `acme/*` stands for everything below `acme/`. */
export type Restrictions = Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>;

/** Throws `login/failed` unless every restriction is met. A claim that is a list meets it with one of its members. */
export function assertRestrictionsMet(claims: unknown, restrictions: Restrictions, identityProvider: string): void {
  for (const [path, accepted] of Object.entries(restrictions)) {
    const found = claimAt(claims, path);
    const given: readonly unknown[] = Array.isArray(found) ? found : [found];
    const wanted: readonly ClaimValue[] = Array.isArray(accepted) ? accepted : [accepted];
    if (given.some((value) => wanted.some((one) => meets(value, one)))) continue;
    const what = typeof found === "string" ? quoted(found, 200) : describe(found);
    throw new GatewayError(
      "login/failed",
      `the claim ${quoted(path)} is ${what}, which identity provider ${quoted(identityProvider)} does not accept`,
    );
  }
}

function meets(value: unknown, wanted: ClaimValue): boolean {
  if (typeof wanted !== "string" || !wanted.endsWith("/*")) return value === wanted;
  const above = wanted.slice(0, -1);
  return typeof value === "string" && value.length > above.length && value.startsWith(above);
}

function describe(found: unknown): string {
  if (found === undefined || found === null) return "absent";
  return Array.isArray(found) ? "a list without what is asked for" : `a ${typeof found}`;
}
