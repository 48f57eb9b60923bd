import { defineConfig } from "drizzle-kit";

/** For `drizzle-kit generate`, which is run in this folder after a change of the schema; what it writes is committed. */
export default defineConfig({
  dialect: "postgresql",
  schema: "./src/store/schema.ts",
  out: "./src/store/migrations",
});
