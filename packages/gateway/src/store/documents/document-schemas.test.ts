import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { documentSchemas } from "./document-schemas.ts";

const folder = new URL("../../../../../docs/schema/", import.meta.url);

describe("documentSchemas", () => {
  it("are those that are published; `node packages/gateway/src/store/documents/write-document-schemas.ts` renews them", async () => {
    const schemas = documentSchemas();
    expect((await readdir(folder)).toSorted()).toEqual(schemas.map(({ fileName }) => fileName).toSorted());
    for (const { fileName, schema } of schemas) {
      const published: unknown = JSON.parse(await readFile(new URL(fileName, folder), "utf8"));
      expect(published).toEqual(schema);
    }
  });

  it("let nothing pass that the gateway does not know", () => {
    for (const { schema } of documentSchemas())
      expect(schema).toMatchObject({ type: "object", additionalProperties: false });
  });
});
