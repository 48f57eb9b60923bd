import { isWhole } from "@sallyport/shared/lineage/flow";
import type { CatalogColumn } from "@sallyport/shared/catalog/catalog";
import type { Flow, Lineage, Output, Source, Use } from "@sallyport/shared/lineage/lineage";
import type { ColumnPlan } from "@sallyport/shared/masks/result-plan";
import type { PolicySubject } from "./policy-subject.ts";
import { isSamePlan, redacted, shownAsNull, type MaskTable } from "./mask-table.ts";

/** What masks make of a statement: how each column of its result is shown, or why there can be no result. */
export type Masking =
  | { readonly kind: "shown"; readonly columns: readonly (ColumnPlan | undefined)[] | undefined }
  | { readonly kind: "refused"; readonly because: string };

interface MaskedSource {
  readonly source: Source;
  readonly plan: ColumnPlan;
}

/** Follows masked columns to all places where a statement puts them. */
export function planColumns(lineage: Lineage, masks: MaskTable, subject: PolicySubject): Masking {
  const because =
    findStored(lineage, masks, subject) ?? findTelling(lineage, masks, subject) ?? findTested(lineage, masks, subject);
  if (because !== undefined) return { kind: "refused", because };
  return { kind: "shown", columns: lineage.outputs?.map((output) => planOutput(output, masks)) };
}

/** The masked columns that a value may come from, with how each is shown. */
export function maskedIn(flow: Flow, masks: MaskTable): readonly MaskedSource[] {
  const masked: MaskedSource[] = [];
  for (const source of flow) {
    const plan = masks.ofSource(source);
    if (plan !== undefined) masked.push({ source, plan });
  }
  return masked;
}

/** A column as a policy would name it. */
export function columnName({ relation, name }: CatalogColumn, { database }: PolicySubject): string {
  const table = `${relation.schema}.${relation.name}.${name}`;
  return database === undefined ? table : `${database}.${table}`;
}

/**
 * A value that is one masked column's own, or of several that are shown alike, keeps their mask; any other is hidden as a whole. Where even
 * whether there is one tells of it, none is shown.
 */
export function planOutput({ flow }: Output, masks: MaskTable): ColumnPlan | undefined {
  const masked = maskedIn(flow, masks);
  const [first] = masked;
  if (first === undefined) return undefined;
  if (masked.some(({ source }) => source.manner === "asked")) return shownAsNull;
  const alike =
    masked.length === flow.length && masked.every(({ source, plan }) => isOwn(source) && isSamePlan(plan, first.plan));
  return alike ? first.plan : redacted;
}

/** A value as it was. What one has chosen oneself, shown by a mask among others, would tell which of them are the same. */
function isOwn({ manner, amongChosen }: Source): boolean {
  return manner === "same" && amongChosen === undefined;
}

function findStored({ stored }: Lineage, masks: MaskTable, subject: PolicySubject): string | undefined {
  for (const { schema, name, column, flow } of stored) {
    const [first] = maskedIn(flow, masks);
    if (first === undefined) continue;
    const masked = columnName(first.source.column, subject);
    return `Masked values cannot be stored elsewhere: ${masked}, which you see masked, would go into ${schema}.${name}.${column}.`;
  }
  return undefined;
}

function findTelling({ outputs = [] }: Lineage, masks: MaskTable, subject: PolicySubject): string | undefined {
  if (masks.inference === "open") return undefined;
  for (const { flow } of outputs) {
    const tested = maskedIn(flow, masks).find(({ source }) => source.manner === "tested");
    if (tested !== undefined) return wouldTell(tested.source, subject);
  }
  return undefined;
}

function findTested({ uses }: Lineage, masks: MaskTable, subject: PolicySubject): string | undefined {
  if (masks.inference === "open") return undefined;
  for (const use of uses) {
    const because = judgeUse(use, masks, subject);
    if (because !== undefined) return because;
  }
  return undefined;
}

/** Under `equality`, a masked column may be compared with what the client spells out, or with other masked columns. */
function judgeUse({ flow, how, against }: Use, masks: MaskTable, subject: PolicySubject): string | undefined {
  const masked = maskedIn(flow, masks);
  const [first] = masked;
  if (first === undefined) {
    const other = flow.length === 0 ? undefined : against.flatMap((side) => maskedIn(side.flow, masks))[0];
    return other === undefined ? undefined : wouldTell(other.source, subject);
  }
  if (masks.inference === "none")
    return `${wouldTell(first.source, subject)} Policy lets no condition, join, order or grouping rest on it.`;
  if (how === "size") return `${wouldTell(first.source, subject)} What running it took rests on its values.`;
  if (how === "grouping" && isAmongVisible(masked, flow))
    return `${wouldTell(first.source, subject)} It may not be grouped together with values that you see.`;
  if (how !== "equality" && how !== "grouping")
    return `${wouldTell(first.source, subject)} It may only be compared for equality.`;
  const changed = masked.find(({ source }) => !isWhole(source));
  if (changed !== undefined) return `${wouldTell(changed.source, subject)} It may only be compared as a whole.`;
  const open = against.some((side) => side.flow.length === 0 || maskedIn(side.flow, masks).length < side.flow.length);
  return open ? `${wouldTell(first.source, subject)} It may not be compared with values that you see.` : undefined;
}

/** Groups may come in the order of their values: among values that one knows, that tells where the others lie. */
function isAmongVisible(masked: readonly MaskedSource[], flow: Flow): boolean {
  return masked.some(
    ({ source }) => source.amongChosen !== undefined || (source.amongOthers === true && masked.length < flow.length),
  );
}

function wouldTell({ column }: Source, subject: PolicySubject): string {
  return `The statement would tell about ${columnName(column, subject)}, which you see masked.`;
}
