import { z } from "zod";

const name = z.string().min(1);

/** The names of a database's objects, as a file for `policy lint` holds them. */
export const catalogOutline = z.object({
  database: name,
  relations: z.array(z.object({ schema: name, name, columns: z.array(name) })),
  functions: z.array(z.object({ schema: name, name })).default([]),
});

export type CatalogOutline = z.infer<typeof catalogOutline>;
