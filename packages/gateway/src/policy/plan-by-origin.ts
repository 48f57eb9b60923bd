import type { CatalogRelation } from "@sallyport/shared/catalog/catalog";
import type { Lineage } from "@sallyport/shared/lineage/lineage";
import type { ColumnPlan, ResultPlan } from "@sallyport/shared/masks/result-plan";
import { redacted, type MaskTable } from "./mask-table.ts";

type Columns = ReadonlyMap<number, ColumnPlan | undefined>;

/** How the server counts what is not a column: nothing at all, or a hidden column of its own. */
const LAST_COLUMN = 0x7fff;

/**
 * Answers what the server says of a column's origin. A table that the statement does not touch, as far as is known, is one that the catalog
 * has wrong, so its columns are hidden; unless the statement touches tables that no catalog has, such as the session's own.
 */
export function planByOrigin(lineage: Lineage, masks: MaskTable): ResultPlan["byOrigin"] {
  let known: ReadonlyMap<number, Columns> | undefined;
  const allKnown = lineage.accesses.every(({ relation }) => relation !== undefined);
  return (relation, column) => {
    if (!masks.any || relation === 0 || column <= 0 || column > LAST_COLUMN) return undefined;
    known ??= layOut(lineage, masks);
    const columns = known.get(relation);
    if (columns === undefined) return allKnown ? redacted : undefined;
    if (columns.has(column)) return columns.get(column);
    const anyMasked = [...columns.values()].some((plan) => plan !== undefined);
    return anyMasked ? redacted : undefined;
  };
}

function layOut({ accesses, outputs = [] }: Lineage, masks: MaskTable): ReadonlyMap<number, Columns> {
  const relations = new Set<CatalogRelation>();
  for (const { relation } of accesses) {
    if (relation === undefined) continue;
    for (const one of [relation, ...relation.ancestors, ...relation.descendants]) relations.add(one);
  }
  for (const { flow } of outputs) for (const { column } of flow) relations.add(column.relation);
  return new Map(
    [...relations].map(({ id, columns }) => [id, new Map(columns.map((column) => [column.number, masks.of(column)]))]),
  );
}
