import { readFile } from "node:fs/promises";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import * as schema from "./schema.ts";

const meta = new URL("./migrations/meta/", import.meta.url);

type Generated = Parameters<typeof generateMigration>[0];

const journal = z.object({ entries: z.array(z.object({ idx: z.int() })).min(1) });

async function read(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(name, meta), "utf8"));
}

function isGenerated(value: unknown): value is Generated {
  return typeof value === "object" && value !== null && "id" in value && "tables" in value;
}

describe("the migrations", () => {
  it("lead to the schema; `drizzle-kit generate` in packages/gateway writes what is missing", async () => {
    const { entries } = journal.parse(await read("_journal.json"));
    const newest = await read(`${String(entries.length - 1).padStart(4, "0")}_snapshot.json`);
    const { id } = z.object({ id: z.string() }).parse(newest);
    if (!isGenerated(newest)) throw new Error("the newest snapshot is none");
    expect(await generateMigration(newest, generateDrizzleJson(schema, id))).toEqual([]);
  });
});
