import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import { HEADER_BYTES } from "../../messages/body.ts";
import type { ColumnDescription } from "../../messages/row-description.ts";
import { serverTag } from "../../messages/tags.ts";
import type { CopyForm } from "../copy-form.ts";
import { createCopyMasker, type CopyMasker } from "../copy-masker.ts";
import { MessageSplice } from "../message-splice.ts";
import { createRowMasker, type RowMasker } from "../row-masker.ts";

/** A masker of rows that gives bodies as it takes them. */
export function rowMaskerOf(plan: ResultPlan, columns: readonly ColumnDescription[]): RowMasker | undefined {
  const masker = createRowMasker(plan, columns, new MessageSplice());
  return masker === undefined ? undefined : { mask: (body) => bodyOf(serverTag.dataRow, masker.mask(body)) };
}

/** A masker of COPY that gives bodies as it takes them. */
export function copyMaskerOf(
  plan: ResultPlan,
  form: CopyForm,
  types: readonly (number | undefined)[],
): CopyMasker | undefined {
  const masker = createCopyMasker(plan, form, types, new MessageSplice());
  if (masker === undefined) return undefined;
  return { mask: (payload) => bodyOf(serverTag.copyData, masker.mask(payload)), end: () => masker.end() };
}

function bodyOf(tag: number, message: Buffer | undefined): Buffer | undefined {
  if (message === undefined || message.length === 0) return message;
  if (message[0] !== tag || message.readInt32BE(1) !== message.length - 1) throw new Error("it is no such message");
  return message.subarray(HEADER_BYTES);
}
