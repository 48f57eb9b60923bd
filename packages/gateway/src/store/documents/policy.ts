import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { readDuration } from "../../policy/duration.ts";
import { readHours } from "../../policy/hours.ts";
import { documentName } from "./name.ts";
import { inferences, policyMask } from "./policy-mask.ts";
import { policyRule } from "./policy-rule.ts";

/** A text in which `*` stands for any text. */
const pattern = z.string().min(1).max(256);

/** Where names are compared exactly, a `*` would never match: a rule that denies would silently deny nobody. */
const exact = z
  .string()
  .min(1)
  .regex(
    /^[^*]*$/,
    "must not contain *, as it is compared exactly; only principals, connections and databases are patterns",
  );

const duration = z
  .string()
  .regex(/^\d+[smhd]$/, "must be a duration such as 30s, 15m, 2h or 7d")
  .refine((text) => readDuration(text) !== undefined, "must be longer than nothing and at most 24d");

const claimValue = z.union([exact, z.number(), z.boolean()], "must be a text without *, a number, true or false");

const hours = z.string().check((context) => {
  const read = readHours(context.value);
  if ("problem" in read) context.issues.push({ code: "custom", message: read.problem, input: context.value });
});

/** Who may do what, where and when. Keys that this version does not know are errors, never ignored. */
export const policyDocument = z.strictObject({
  policy: documentName,
  /** Every condition given must hold; groups and principals hold when one of them matches. */
  who: z
    .strictObject({
      principals: z.array(pattern).min(1).optional(),
      groups: z.array(exact).min(1).optional(),
      kinds: z.array(z.enum(principalKinds)).min(1).optional(),
      claims: z
        .record(z.string().min(1), claimValue)
        .refine((claims) => Object.keys(claims).length > 0, "must name at least one claim")
        .optional(),
    })
    .refine((who) => Object.keys(who).length > 0, "must say who: principals, groups, kinds or claims"),
  where: z.strictObject({
    connections: z.array(pattern).min(1),
    databases: z.array(pattern).min(1).optional(),
  }),
  when: z
    .strictObject({
      hours: hours.optional(),
      until: z
        .union(
          [z.iso.date(), z.iso.datetime({ offset: true })],
          "must be a date such as 2027-01-31, or a time such as 2027-01-31T18:00:00+01:00",
        )
        .optional(),
    })
    .optional(),
  rules: z.array(policyRule).min(1),
  masks: z.array(policyMask).min(1).optional(),
  inference: z.enum(inferences).optional(),
  session: z.strictObject({ max: duration.optional(), idle: duration.optional() }).optional(),
});

export type PolicyDocument = z.infer<typeof policyDocument>;
