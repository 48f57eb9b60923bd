import { maskText } from "@sallyport/shared/masks/apply-mask";
import type { TextFinder } from "@sallyport/shared/masks/find-in-text";
import type { Mask } from "@sallyport/shared/masks/mask";
import { createBytesMask } from "@sallyport/shared/masks/mask-bytes";
import type { ColumnPlan } from "@sallyport/shared/masks/result-plan";
import type { WireFormat } from "../messages/row-description.ts";
import { elementsMasker } from "./elements-masker.ts";
import { findsMasker } from "./finds-masker.ts";
import { keyedMasker } from "./keyed-values.ts";
import { jsonPartsMasker } from "./mask-json.ts";
import { always, inTurn, ofText, orElse, type ValueMasker } from "./value-masker.ts";
import { textOffset, wireTypeOf, type WireType } from "./wire-types.ts";

/** What is masked, and by what. */
export interface MaskedColumn {
  /** The type's number; undefined: unknown. */
  readonly type: number | undefined;
  readonly format: WireFormat;
  readonly plan: ColumnPlan | undefined;
  readonly finder: TextFinder | undefined;
  /** The key of `hash`. */
  readonly key: Buffer;
}

/**
 * The masker of one column; undefined: its values pass as they are. A masked value is one of the column's own type, or NULL. What cannot be
 * read is redacted whole.
 */
export function createValueMasker({ type: oid, format, plan, finder, key }: MaskedColumn): ValueMasker | undefined {
  const type = wireTypeOf(oid);
  if (plan?.kind === "whole" && plan.mask.kind === "null") return always(null);
  const redacted = type.redacted?.[format] ?? null;
  const found = finder === undefined ? undefined : findsMasker(type, format, finder);
  const finds = found === undefined ? undefined : orElse(redacted, found);
  if (plan === undefined) return finds;
  const masker = plan.kind === "parts" ? partsMasker(type, format, plan, key) : wholeMasker(type, format, plan, key);
  if (masker === undefined) return always(redacted);
  // what is kept of a value may hold a find
  const isShown = plan.kind === "parts" || plan.mask.kind === "partial";
  return inTurn(orElse(redacted, masker), isShown ? finds : undefined);
}

function partsMasker(
  type: WireType,
  format: WireFormat,
  { parts }: Extract<ColumnPlan, { kind: "parts" }>,
  key: Buffer,
): ValueMasker | undefined {
  if (type.kind !== "json" && type.kind !== "jsonb") return undefined;
  return ofText(jsonPartsMasker(parts, key), textOffset(type, format));
}

/** undefined: the mask has no other value for this type than the redacted one. */
function wholeMasker(
  type: WireType,
  format: WireFormat,
  { mask }: { readonly mask: Mask },
  key: Buffer,
): ValueMasker | undefined {
  if (mask.kind === "redact") return undefined;
  const binary = createBytesMask(mask, key);
  if (type.kind === "text") return binary;
  if (type.element !== undefined && wireTypeOf(type.element).kind === "text") {
    return elementsMasker(type.element, format, { text: (text) => maskText(text, mask, key), binary });
  }
  return mask.kind === "hash" ? keyedMasker(type, format, key) : undefined;
}
