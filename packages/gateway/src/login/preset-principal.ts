import type { Principal } from "@sallyport/shared/principal";
import type { PresetName } from "./presets/presets.ts";
import { presets } from "./presets/presets.ts";
import { assertPrincipalName } from "./principal-name.ts";

/**
 * A job or service account as a principal. Its name is the path of what it belongs to, with colons, below the name of its identity
 * provider: `github:acme:shop`. Its groups are the levels between: `github:acme`. Neither can be taken by another provider's
 * repository of the same name, nor by a person who calls himself so there.
 */
export function presetPrincipal(
  claims: Readonly<Record<string, unknown>>,
  identityProvider: string,
  preset: PresetName,
): Principal {
  const { path, onBehalfOf } = presets[preset].subjectOf(claims);
  const below = (parts: readonly string[]): string => [identityProvider, ...parts].join(":");
  const name = below(path);
  assertPrincipalName(name, "the subject");
  if (onBehalfOf !== undefined) assertPrincipalName(onBehalfOf, "whom it acts for");
  return {
    name,
    kind: "service",
    groups: path.slice(1).map((_, index) => below(path.slice(0, index + 1))),
    claims,
    ...(onBehalfOf === undefined ? {} : { onBehalfOf: below([onBehalfOf]) }),
  };
}
