import { principalKinds } from "@sallyport/shared/principal";
import { z } from "zod";
import { documentName } from "../../store/documents/name.ts";
import { plainText } from "./names.ts";

export const explainRequest = z.strictObject({
  principal: z.strictObject({
    name: plainText(128),
    kind: z.enum(principalKinds).default("human"),
    groups: z.array(z.string()).max(1000).default([]),
    claims: z.record(z.string(), z.unknown()).default({}),
  }),
  connection: documentName,
  /** Left out: the connection's own. */
  database: plainText(256).optional(),
  /** One statement or several. */
  statement: z.string().min(1).max(65_536),
});

/** Of each statement of the text, all that its decision rests on. */
export const explainAnswer = z.object({
  /** Whether the objects of the database were known; without them, rules about objects allow nothing. */
  catalog: z.enum(["live", "unknown"]),
  statements: z.array(z.record(z.string(), z.unknown())),
});
