import { randomBytes } from "node:crypto";
import type { Store } from "../store/store.ts";
import type { PolicyDocument } from "../store/documents/policy.ts";
import { compilePolicy } from "./compile-policy.ts";
import type { PolicySubject } from "./policy-subject.ts";
import { createPolicyView, type PolicySet, type PolicyView } from "./policy-view.ts";
import { MASK_KEY_BYTES } from "./read-mask-key.ts";
import { StatementRates } from "./statement-rates.ts";

/** Principals and connections whose statements are counted, where policy limits them. */
const MAX_RATES = 10_000;

/** Gives each session its view of the policies. */
export interface PolicyEngine {
  /** A view costs nothing until it is asked, and needs no closing. */
  viewFor(subject: PolicySubject): PolicyView;
}

/**
 * Makes the engine of a store. Each version of the documents is compiled once, for all views, when the first of them needs it. Without a key for the mask
 * `hash`, a value's hash is the same as long as the engine lives.
 */
export function createPolicyEngine(
  store: Store,
  now: () => Date = () => new Date(),
  maskKey: Buffer = randomBytes(MASK_KEY_BYTES),
): PolicyEngine {
  let compiled: { readonly from: readonly PolicyDocument[]; readonly set: PolicySet } | undefined;

  function policySet(): PolicySet {
    const { version, policies } = store.snapshot();
    // a snapshot with other tickets has the same policies, and decisions made from them stand
    if (compiled?.from !== policies || compiled.set.version !== version) {
      compiled = { from: policies, set: { version, policies: policies.map(compilePolicy) } };
    }
    return compiled.set;
  }

  const means = { policySet, now, maskKey, rates: new StatementRates(MAX_RATES, () => now().getTime()) };
  return { viewFor: (subject) => createPolicyView(subject, means) };
}
