import { readFile } from "node:fs/promises";
import { verbs } from "@sallyport/shared/verb";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import type { z } from "zod";
import { presets } from "../../login/presets/presets.ts";
import { assembleSnapshot } from "../assemble-snapshot.ts";
import { isDocumentKind } from "./document-kinds.ts";
import { documentSchemas } from "./document-schemas.ts";

type Schema = z.core.JSONSchema._JSONSchema;

const read = (name: string): Promise<string> =>
  readFile(new URL(`../../../../../docs/${name}`, import.meta.url), "utf8");

/** The words in backticks in the first column of a section's table. */
function documented(page: string, heading: string): ReadonlySet<string> {
  const section = page.split(/^#+ /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const cells = [...section.matchAll(/^\| (`[^|]*`) \|/gm)].map((row) => row[1] ?? "");
  return new Set(cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map((word) => word[1] ?? "")));
}

/** The dotted paths of everything that can be given, lists taken as one. */
function pathsOf(schema: Schema, above = ""): readonly string[] {
  if (typeof schema === "boolean") return [];
  return Object.entries(schema.properties ?? {}).flatMap(([key, inner]) => {
    const deeper = pathsOf(inner, `${above}${key}.`);
    return deeper.length === 0 ? [`${above}${key}`] : deeper;
  });
}

describe("the pages for operators", () => {
  it.each(["policies.md", "documents.md"])("show in %s only what the gateway accepts", async (name) => {
    const examples = [...(await read(name)).matchAll(/^```yaml\n(.*?)^```/gms)].map((found) => found[1]);
    expect(examples.length).toBeGreaterThan(2);
    const assembled = assembleSnapshot([{ name, text: examples.join("---\n") }], ["pg"]);
    expect(assembled).toMatchObject({ kind: "complete" });
  });

  it("show in identity.md only what the gateway accepts, besides what is written elsewhere", async () => {
    const examples = [...(await read("identity.md")).matchAll(/^```yaml\n(.*?)^```/gms)].map((found) => found[1] ?? "");
    const ours = examples.filter((text) => isDocumentKind(text.split(":")[0] ?? ""));
    expect(ours).toHaveLength(5);
    expect(examples).toHaveLength(8);
    const assembled = assembleSnapshot([{ name: "identity.md", text: ours.join("---\n") }], ["pg"]);
    expect(assembled).toMatchObject({ kind: "complete" });
    for (const text of examples) expect(parseAllDocuments(text).flatMap(({ errors }) => errors)).toEqual([]);
  });

  it("name in identity.md every claim that a preset has restricted", async () => {
    const page = await read("identity.md");
    for (const { tenantClaims } of Object.values(presets)) {
      const row = tenantClaims.map((claim) => `\`${claim}\``).join(", ");
      expect(page).toContain(`| one of these must be in \`claims\` | ${row} |`);
    }
  });

  it("name every key", async () => {
    const [policies, documents] = [await read("policies.md"), await read("documents.md")];
    for (const { kind, schema } of documentSchemas()) {
      const keys = kind === "policy" ? documented(policies, "Keys") : documented(documents, `\`${kind}\``);
      const missing = pathsOf(schema).filter((path) => !keys.has(path));
      expect(missing).toEqual([]);
    }
  });

  it("name every verb, and no other", async () => {
    expect(documented(await read("policies.md"), "Verbs")).toEqual(new Set(verbs));
  });
});
