import { GatewayError } from "@sallyport/shared/errors";
import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import { BinaryRows } from "./binary-rows.ts";
import type { CopyForm } from "./copy-form.ts";
import type { CopyRows } from "./copy-rows.ts";
import { createValueMasker } from "./create-value-masker.ts";
import { csvFields } from "./csv-fields.ts";
import { finderOf } from "./finder-of.ts";
import { LineRows } from "./line-rows.ts";
import type { MessageSplice } from "./message-splice.ts";
import { textFields } from "./text-fields.ts";

export type { CopyRows as CopyMasker } from "./copy-rows.ts";

/**
 * Makes the masker of a COPY; undefined: nothing of it is masked and nothing sought. `types` are the numbers of its columns' types, as far as
 * they are known; `splice` makes its messages. Throws `mask/mismatch` where the plan is not for so many columns.
 */
export function createCopyMasker(
  plan: ResultPlan,
  form: CopyForm,
  types: readonly (number | undefined)[],
  splice: MessageSplice,
): CopyRows | undefined {
  if (plan.columns !== undefined && plan.columns.length !== types.length) {
    throw new GatewayError(
      "mask/mismatch",
      `a plan for ${plan.columns.length} columns met a COPY of ${types.length} columns`,
    );
  }
  const format = form.format === "binary" ? "binary" : "text";
  const finder = finderOf(plan);
  const maskers = types.map((type, index) =>
    createValueMasker({ type, format, plan: plan.columns?.[index], finder, key: plan.key }),
  );
  if (maskers.every((masker) => masker === undefined)) return undefined;
  switch (form.format) {
    case "text":
      return new LineRows(textFields(form), form.header, maskers, splice);
    case "csv":
      return new LineRows(csvFields(form), form.header, maskers, splice);
    case "binary":
      return new BinaryRows(maskers, splice);
  }
}
