import { detectorOf } from "@sallyport/shared/masks/detectors";
import { detectorNames } from "@sallyport/shared/masks/mask";
import { z } from "zod";
import { readJsonPath } from "../../policy/json-path.ts";
import { dottedPattern } from "./dotted-pattern.ts";

/** What YAML makes of the word `null` without quotes is meant by it too. */
const maskWord = z.union(
  [
    z.enum(["redact", "null", "email", "hash", "format"]),
    z.null(),
    z.strictObject({ partial: z.int().min(1).max(64) }),
  ],
  "must be redact, null, email, hash, format, or { partial: 4 } to keep the last characters",
);

const jsonPath = z
  .string()
  .max(512)
  .check((context) => {
    const read = readJsonPath(context.value);
    if ("problem" in read) context.issues.push({ code: "custom", message: read.problem, input: context.value });
  });

/** Columns whose values are never shown as they are. */
const columnMask = z.strictObject({
  columns: z.array(dottedPattern([3, 4], "schema.table.column or database.schema.table.column")).min(1),
  at: z.array(jsonPath).min(1).optional(),
  with: maskWord,
});

const soughtPattern = z.strictObject({
  pattern: z
    .string()
    .min(1)
    .max(1000)
    .refine(isPattern, "must be a regular expression of RE2's syntax, which has no look-around and no back-references"),
});

/** What is found by its content, in whatever column. */
const contentMask = z.strictObject({
  find: z
    .array(
      z.union(
        [z.enum(detectorNames), soughtPattern],
        `must be one of ${detectorNames.join(", ")}, or { pattern: "…" }`,
      ),
    )
    .min(1),
  with: maskWord,
});

/** One entry of `masks`. */
export const policyMask = z.union(
  [columnMask, contentMask],
  "must be a mask: columns or find, and with what they are shown",
);

/** What conditions on masked columns may ask, from the strictest on. */
export const inferences = ["none", "equality", "open"] as const;

export type Inference = (typeof inferences)[number];
export type MaskWord = z.infer<typeof maskWord>;
export type ColumnMask = z.infer<typeof columnMask>;

function isPattern(pattern: string): boolean {
  try {
    detectorOf({ pattern });
    return true;
  } catch {
    return false;
  }
}
