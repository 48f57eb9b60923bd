import { verbs, type Verb } from "@sallyport/shared/statement";
import { z } from "zod";
import { documentName } from "./name.ts";

const allowableVerbs = verbs.filter((verb): verb is Exclude<Verb, "unknown"> => verb !== "unknown");

/** A verb, or `*` for every verb there is. `unknown` cannot be named: what the gateway cannot read is never allowed. */
const verbList = z.array(z.enum([...allowableVerbs, "*"])).min(1);

const duration = z.string().regex(/^\d+(s|m|h|d)$/, "a duration such as 30s, 15m, 2h or 7d");

const rule = z.union([
  z.strictObject({ allow: verbList }),
  z.strictObject({ deny: verbList, because: z.string().min(1).optional() }),
]);

/** Who may do what, where and when. Keys that this version does not know are errors, never ignored. */
export const policyDocument = z.strictObject({
  policy: documentName,
  /** Every condition given must hold; groups and principals hold when one of them matches. */
  who: z
    .strictObject({
      principals: z.array(z.string()).min(1).optional(),
      groups: z.array(z.string()).min(1).optional(),
      kinds: z.array(z.enum(["human", "service", "ai-agent"])).min(1).optional(),
      claims: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
    })
    .refine((who) => Object.keys(who).length > 0, "say who: principals, groups, kinds or claims"),
  where: z.strictObject({
    /** Patterns in which `*` stands for any text. */
    connections: z.array(z.string()).min(1),
    databases: z.array(z.string()).min(1).optional(),
  }),
  when: z
    .strictObject({
      hours: z
        .string()
        .regex(/^\d\d:\d\d-\d\d:\d\d [A-Za-z_]+(\/[A-Za-z_+-]+)*$/, 'hours such as "08:00-20:00 Europe/Berlin"')
        .optional(),
      until: z.union([z.iso.date(), z.iso.datetime({ offset: true })]).optional(),
    })
    .optional(),
  rules: z.array(rule).min(1),
  session: z.strictObject({ max: duration.optional(), idle: duration.optional() }).optional(),
});

export type PolicyDocument = z.infer<typeof policyDocument>;
