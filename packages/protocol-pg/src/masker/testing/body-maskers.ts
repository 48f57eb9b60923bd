import { viewOf, type Piece } from "@sallyport/shared/bytes/piece";
import type { ResultPlan } from "@sallyport/shared/masks/result-plan";
import { HEADER_BYTES } from "../../messages/body.ts";
import type { ColumnDescription } from "../../messages/row-description.ts";
import { serverTag } from "../../messages/tags.ts";
import type { CopyForm } from "../copy-form.ts";
import { createCopyMasker, type CopyMasker } from "../copy-masker.ts";
import { MessageSplice } from "../message-splice.ts";
import { createRowMasker } from "../row-masker.ts";

/** Gives bodies as it takes them. */
interface BodyMasker {
  mask(body: Buffer): Buffer | undefined;
}

/** A masker of rows. */
export function rowMaskerOf(plan: ResultPlan, columns: readonly ColumnDescription[]): BodyMasker | undefined {
  const masker = createRowMasker(plan, columns, new MessageSplice());
  return masker === undefined ? undefined : { mask: (body) => bodyOf(serverTag.dataRow, masker.mask(...within(body))) };
}

/** A masker of COPY. */
export function copyMaskerOf(
  plan: ResultPlan,
  form: CopyForm,
  types: readonly (number | undefined)[],
): (BodyMasker & Pick<CopyMasker, "end">) | undefined {
  const masker = createCopyMasker(plan, form, types, new MessageSplice());
  if (masker === undefined) return undefined;
  return { mask: (payload) => bodyOf(serverTag.copyData, masker.mask(...within(payload))), end: () => masker.end() };
}

/** The body among other bytes, as it comes in a chunk. */
function within(body: Buffer): [bytes: Buffer, start: number, end: number] {
  const before = body.length % 7;
  return [Buffer.concat([Buffer.alloc(before, "<"), body, Buffer.from(">>>")]), before, before + body.length];
}

function bodyOf(tag: number, piece: Piece | undefined): Buffer | undefined {
  if (piece === undefined) return undefined;
  const message = viewOf(piece);
  if (message.length === 0) return message;
  if (message[0] !== tag || message.readInt32BE(1) !== message.length - 1) throw new Error("it is no such message");
  return message.subarray(HEADER_BYTES);
}
