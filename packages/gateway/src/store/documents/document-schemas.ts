import { z } from "zod";
import { documentKinds } from "./document-kinds.ts";

/** One published JSON Schema. */
export interface DocumentSchema {
  readonly kind: string;
  /** Where its committed copy lies, below docs/schema. */
  readonly fileName: string;
  readonly schema: z.core.JSONSchema.JSONSchema;
}

/** The JSON Schema of each kind of document as operators write it, for editors. What only code can check is not in it. */
export function documentSchemas(): readonly DocumentSchema[] {
  return Object.entries(documentKinds).map(([kind, schema]) => ({
    kind,
    fileName: `${kind.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.json`,
    schema: { title: `Sallyport ${kind} document`, ...z.toJSONSchema(schema, { io: "input" }) },
  }));
}
