import { writeFile } from "node:fs/promises";
import { documentSchemas } from "./document-schemas.ts";

// run by hand after a schema has changed, from any folder; then format the files
const folder = new URL("../../../../../docs/schema/", import.meta.url);
for (const { fileName, schema } of documentSchemas()) {
  await writeFile(new URL(fileName, folder), `${JSON.stringify(schema, null, 2)}\n`);
}
