import type { Mask } from "@sallyport/shared/masks/mask";
import type { ColumnPlan } from "@sallyport/shared/masks/result-plan";

/** How a column is shown, as a policy words it; undefined: as it is. */
export function maskWords(plan: ColumnPlan | undefined): string | undefined {
  if (plan === undefined) return undefined;
  if (plan.kind === "whole") return maskWord(plan.mask);
  return plan.parts.map(({ path, mask }) => `${maskWord(mask)} at ${pathText(path)}`).join(", ");
}

/** The path to a part of a JSON value, as a policy writes it. */
export function pathText(path: readonly string[]): string {
  return `$${path.map((name) => (name === "*" ? "[*]" : `.${name}`)).join("")}`;
}

/** A mask, as a policy words it. */
export function maskWord(mask: Mask): string {
  return mask.kind === "partial" ? `partial ${mask.keepLast}` : mask.kind;
}
