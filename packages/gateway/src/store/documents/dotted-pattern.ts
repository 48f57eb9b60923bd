import { z } from "zod";
import { readNameParts } from "../../policy/name-parts.ts";

/** A dotted name of so many parts, `*` in each standing for any text; `form` shows how it is written. */
export function dottedPattern(parts: readonly number[], form: string): z.ZodType<string, string> {
  return z
    .string()
    .min(1)
    .max(512)
    .refine((text) => parts.includes(readNameParts(text)?.length ?? 0), `must be written as ${form}`);
}
