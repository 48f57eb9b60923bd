import { createTextFinder, type TextFinder } from "@sallyport/shared/masks/find-in-text";
import type { ResultPlan } from "@sallyport/shared/masks/result-plan";

const finders = new WeakMap<ResultPlan, TextFinder>();

/** What a plan seeks; undefined: nothing. Made once for a plan, since patterns take long to read. */
export function finderOf(plan: ResultPlan): TextFinder | undefined {
  const known = finders.get(plan);
  if (known !== undefined) return known;
  const made = createTextFinder(plan.find, plan.key);
  if (made !== undefined) finders.set(plan, made);
  return made;
}
