import type { CatalogColumn } from "@sallyport/shared/catalog/catalog";
import type { Source } from "@sallyport/shared/lineage/lineage";
import type { Find, Mask } from "@sallyport/shared/masks/mask";
import type { ColumnPlan } from "@sallyport/shared/masks/result-plan";
import { inferences, type Inference } from "../store/documents/policy-mask.ts";
import { isDataColumn } from "./catalog-tables.ts";
import type { CompiledColumnMask, CompiledMasks } from "./compile-masks.ts";
import { pathsMeet } from "./json-path.ts";

/** What all policies that apply make of columns, for one database. */
export interface MaskTable {
  /** Whether any column is masked at all. */
  readonly any: boolean;
  readonly find: readonly Find[];
  /** The strictest of all policies that speak of it. */
  readonly inference: Inference;
  /** How a column is shown; undefined: as it is. */
  of(column: CatalogColumn): ColumnPlan | undefined;
  /** How a value is shown that comes from a column, by what became of it on its way; undefined: nothing masked is in it. */
  ofSource(source: Source): ColumnPlan | undefined;
}

/** What is shown where masks disagree or a value is not the column's own any more. */
export const redacted: ColumnPlan = { kind: "whole", mask: { kind: "redact" } };

/** What is shown of what must not be seen at all. */
export const shownAsNull: ColumnPlan = { kind: "whole", mask: { kind: "null" } };

/** Lays the masks of all policies that apply over each other. Answers are kept as long as their catalog is. */
export function createMaskTable(masks: readonly CompiledMasks[], database: string | undefined): MaskTable {
  const entries = masks.flatMap(({ columns }) => columns);
  const known = new WeakMap<CatalogColumn, ColumnPlan | "none">();
  const stated = new Set(masks.map(({ inference }) => inference));

  function of(column: CatalogColumn): ColumnPlan | undefined {
    if (entries.length === 0) return undefined;
    let plan = known.get(column);
    if (plan === undefined) {
      plan = planOf(entries, column, database) ?? "none";
      known.set(column, plan);
    }
    return plan === "none" ? undefined : plan;
  }

  return {
    any: entries.length > 0,
    find: masks.flatMap(({ find }) => find),
    inference: inferences.find((inference) => stated.has(inference)) ?? "equality",
    of,
    ofSource({ column, path, manner, seenAs }) {
      const whole = path.length === 0 && manner === "same";
      let plan = partOf(of(column), path, whole);
      for (const seen of seenAs ?? []) {
        // a path leads through the table's value, which a view may have taken apart
        const next = partOf(of(seen), [], whole);
        if (next !== undefined) plan = plan === undefined || isSamePlan(plan, next) ? next : redacted;
      }
      return plan;
    },
  };
}

/** How the part of a column's value is shown that a path leads to; `whole` where it is all of it, as it was. */
function partOf(plan: ColumnPlan | undefined, path: readonly string[], whole: boolean): ColumnPlan | undefined {
  if (plan?.kind !== "parts") return plan;
  if (path.length === 0) return whole ? plan : redacted;
  return plan.parts.some((part) => pathsMeet(part.path, path)) ? redacted : undefined;
}

function planOf(
  entries: readonly CompiledColumnMask[],
  column: CatalogColumn,
  database: string | undefined,
): ColumnPlan | undefined {
  const { relation } = column;
  if (isDataColumn(relation.schema, relation.name, column.name)) return shownAsNull;
  // rows of a partition are read through its parent, and those of a parent lie in its partitions
  const names = [relation, ...relation.ancestors, ...relation.descendants].map(({ schema, name }) => ({
    database,
    schema,
    name,
  }));
  const matching = entries.filter(({ patterns }) =>
    patterns.some((pattern) => pattern.column(column.name) && names.some((name) => pattern.relation.mayMean(name))),
  );
  const wholes = matching.filter(({ at }) => at?.every((path) => path.length > 0) !== true);
  if (wholes.length > 0) return { kind: "whole", mask: agreed(wholes.map(({ mask }) => mask)) };
  const parts = matching.flatMap(({ at = [], mask }) => at.map((path) => ({ path, mask })));
  return parts.length === 0 ? undefined : { kind: "parts", parts: withoutRepeats(parts) };
}

type Part = Extract<ColumnPlan, { readonly kind: "parts" }>["parts"][number];

function withoutRepeats(parts: readonly Part[]): readonly Part[] {
  const masks = new Map<string, { readonly path: readonly string[]; readonly masks: Mask[] }>();
  for (const { path, mask } of parts) {
    const key = JSON.stringify(path);
    const there = masks.get(key);
    if (there === undefined) masks.set(key, { path, masks: [mask] });
    else there.masks.push(mask);
  }
  return [...masks.values()].map(({ path, masks: several }) => ({ path, mask: agreed(several) }));
}

function agreed(masks: readonly Mask[]): Mask {
  const [first, ...others] = masks;
  if (first === undefined || others.some((other) => !isSameMask(first, other))) return { kind: "redact" };
  return first;
}

function isSameMask(a: Mask, b: Mask): boolean {
  return a.kind === b.kind && (a.kind !== "partial" || b.kind !== "partial" || a.keepLast === b.keepLast);
}

/** Whether two columns are shown alike, so that a value of either can be shown so too. */
export function isSamePlan(a: ColumnPlan, b: ColumnPlan): boolean {
  if (a.kind === "whole") return b.kind === "whole" && isSameMask(a.mask, b.mask);
  return (
    b.kind === "parts" &&
    a.parts.length === b.parts.length &&
    a.parts.every(({ path, mask }) =>
      b.parts.some((other) => other.path.join("\0") === path.join("\0") && isSameMask(mask, other.mask)),
    )
  );
}
