import type { WireFormat } from "../messages/row-description.ts";
import { maskArrayBinary } from "./array-binary.ts";
import { maskArrayText } from "./array-text.ts";
import { ofText, type TextMasker, type ValueMasker } from "./value-masker.ts";

/** Masks arrays element by element. null where an array cannot be read. */
export function elementsMasker(
  element: number,
  format: WireFormat,
  mask: { readonly text: TextMasker; readonly binary: ValueMasker },
): ValueMasker {
  if (format === "text") return ofText((text) => maskArrayText(text, mask.text));
  return (bytes, start, end) => maskArrayBinary({ bytes, start, end, element }, mask.binary);
}
