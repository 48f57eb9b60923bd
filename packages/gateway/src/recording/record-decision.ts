import type { Decision } from "../policy/decision.ts";
import type { RecordedDecision } from "./recorded-event.ts";

/** A result can have thousands of columns, and each record one such list. */
const MAX_MASKED = 100;

/** Puts a decision into the form that a recording keeps. */
export function recordDecision(decision: Decision): RecordedDecision {
  if (decision.kind === "deny") return decision;
  const { kind, rules, version, masked } = decision;
  return { kind, rules, version, ...(masked.length === 0 ? {} : { masked: masked.slice(0, MAX_MASKED) }) };
}
