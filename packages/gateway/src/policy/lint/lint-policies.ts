import type { PolicyDocument } from "../../store/documents/policy.ts";
import type { CatalogOutline } from "./catalog-outline.ts";
import type { Finding } from "./finding.ts";
import { lintMasks } from "./lint-masks.ts";
import { lintNames } from "./lint-names.ts";
import { lintRules } from "./lint-rules.ts";

/** Finds what in policies does nothing. With the names of a database, also what means nothing in it, in policies that may be about it. */
export function lintPolicies(policies: readonly PolicyDocument[], catalog?: CatalogOutline): readonly Finding[] {
  return policies.flatMap((policy) => [
    ...lintRules(policy),
    ...lintMasks(policy),
    ...(catalog === undefined ? [] : lintNames(policy, catalog)),
  ]);
}
