import { writeFile } from "node:fs/promises";
import { configurationPage } from "./configuration-page.ts";

// run by hand after a schema has changed, from any folder
await writeFile(new URL("../../../../docs/configuration.md", import.meta.url), configurationPage());
