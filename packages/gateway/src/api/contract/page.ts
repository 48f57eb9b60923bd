import { z } from "zod";

/** Which part of a long list is asked for. `after` is the `next` of the part before. */
export const pageQuery = z.strictObject({
  limit: z.coerce.number("must be a number from 1 to 200").int().min(1).max(200).default(50),
  after: z.string().min(1).max(1024).optional(),
});

/** A part of a long list; without `next` it is the last. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next: z.string().optional() });
}

/** A yes or no in a query. */
export const flag = z.enum(["true", "false"]).transform((text) => text === "true");
