import type { Piece } from "@sallyport/shared/bytes/piece";
import { GatewayError } from "@sallyport/shared/errors";
import type { ColumnPlan, ResultPlan } from "@sallyport/shared/masks/result-plan";
import type { ColumnDescription } from "../messages/row-description.ts";
import { serverTag } from "../messages/tags.ts";
import { createValueMasker } from "./create-value-masker.ts";
import { FieldList } from "./field-list.ts";
import { finderOf } from "./finder-of.ts";
import type { MessageSplice } from "./message-splice.ts";

/** Masks the rows of one result. */
export interface RowMasker {
  /**
   * The DataRow in place of one whose body is `bytes[start..end)`; undefined: this row stays as it is. Throws where it does not fit its
   * description.
   */
  mask(bytes: Buffer, start: number, end: number): Piece | undefined;
}

/**
 * Makes the masker of a result; undefined: nothing of it is masked and nothing sought, so that its rows pass as they come. `columns` have the
 * formats that the rows are really sent in; `splice` makes its messages. Throws `mask/mismatch` where the plan is not for such a result.
 */
export function createRowMasker(
  plan: ResultPlan,
  columns: readonly ColumnDescription[],
  splice: MessageSplice,
): RowMasker | undefined {
  if (plan.columns !== undefined && plan.columns.length !== columns.length) {
    throw new GatewayError(
      "mask/mismatch",
      `a plan for ${plan.columns.length} columns met a result of ${columns.length} columns`,
    );
  }
  const { key } = plan;
  const finder = finderOf(plan);
  const maskers = columns.map(({ relation, column, type, format }, index) => {
    const origin = relation === 0 ? undefined : plan.byOrigin(relation, column);
    return createValueMasker({ type, format, plan: bothOf(plan.columns?.[index], origin), finder, key });
  });
  if (maskers.every((masker) => masker === undefined)) return undefined;
  const fields = new FieldList(maskers);
  return {
    mask(bytes, start, end) {
      splice.begin(bytes, start);
      if (fields.mask(bytes, start, end, splice) !== end) {
        throw new GatewayError("server/malformed", "a row does not end with its last field");
      }
      return splice.finish(serverTag.dataRow, end);
    },
  };
}

/** Two plans for one column: the server's word on its origin only adds. */
function bothOf(planned: ColumnPlan | undefined, origin: ColumnPlan | undefined): ColumnPlan | undefined {
  if (planned === undefined || planned === origin) return origin;
  if (origin === undefined || planned.kind === "whole") return planned;
  if (origin.kind === "whole") return origin;
  return { kind: "parts", parts: [...planned.parts, ...origin.parts] };
}
