import { statementFacts } from "@sallyport/shared/lineage/lineage";
import { z } from "zod";
import { readDuration } from "../../policy/duration.ts";
import { readSize } from "../../policy/size.ts";
import { dottedPattern } from "./dotted-pattern.ts";
import { verbList } from "./verb-list.ts";

const relations = z.array(dottedPattern([2, 3], "schema.table or database.schema.table")).min(1);
const columnNames = z.array(z.string().min(1).max(256)).min(1);
const count = z.int().min(1);

const timeout = z
  .string()
  .refine((text) => readDuration(text) !== undefined, "must be a duration such as 30s, 15m or 2h, of at most 24d");

const size = z.string().refine((text) => readSize(text) !== undefined, "must be a size such as 500KB, 20MB or 1GB");

const limit = z
  .strictObject({
    rows: count.optional(),
    bytes: size.optional(),
    statementsPerMinute: count.optional(),
    timeout: timeout.optional(),
    sessions: count.optional(),
  })
  .refine((limits) => Object.keys(limits).length > 0, "must set at least one limit");

/** What is allowed: verbs, and where they are about objects, which. */
const allowRule = z.strictObject({
  allow: verbList,
  on: relations.optional(),
  except: relations.optional(),
  columns: columnNames.optional(),
  exceptColumns: columnNames.optional(),
  functions: z
    .array(dottedPattern([2], "schema.function"))
    .min(1)
    .optional(),
  limit: limit.optional(),
});

/** What is denied, whatever else allows it. */
const denyRule = z.strictObject({
  deny: verbList,
  on: relations.optional(),
  columns: columnNames.optional(),
  if: z.array(z.enum(statementFacts)).min(1).optional(),
  because: z.string().min(1).max(500).optional(),
});

/** One entry of `rules`. */
export const policyRule = z.union([allowRule, denyRule], "must be a rule: either allow or deny with a list of verbs");

export type AllowRule = z.infer<typeof allowRule>;
export type DenyRule = z.infer<typeof denyRule>;
