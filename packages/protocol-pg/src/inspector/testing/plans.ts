import type { ResultPlan } from "@sallyport/shared/masks/result-plan";

const nothing: ResultPlan = {
  columns: undefined,
  byOrigin: () => undefined,
  find: [],
  hidesTexts: false,
  limits: { rows: undefined, bytes: undefined, timeoutMs: undefined },
  key: Buffer.alloc(32, 1),
};

/** A plan that does nothing but what is asked for. */
export function planOf(
  parts: Partial<Omit<ResultPlan, "limits">> & { readonly limits?: Partial<ResultPlan["limits"]> },
): ResultPlan {
  return { ...nothing, ...parts, limits: { ...nothing.limits, ...parts.limits } };
}

/** The second of two columns is redacted, and texts may quote it. */
export const secondRedacted: ResultPlan = planOf({
  columns: [undefined, { kind: "whole", mask: { kind: "redact" } }],
  hidesTexts: true,
});
