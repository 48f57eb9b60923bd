import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { readConfig } from "./read-config.ts";

const schema = z.strictObject({ name: z.string(), password: z.string().regex(/^env:/, "must be a reference") });

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-config-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(text: string) {
  const file = join(folder, "gateway.yaml");
  await writeFile(file, text);
  return readConfig(file, schema);
}

describe("readConfig", () => {
  it("reads YAML, and JSON", async () => {
    const config = { name: "a", password: "env:A" };
    expect(await read("name: a # comment\npassword: env:A\n")).toEqual(config);
    expect(await read(JSON.stringify(config))).toEqual(config);
  });

  it.each([
    ["a line that is no YAML", 'name: a\npassword: "hunter2\n', /gateway\.yaml:\d+: is not valid YAML: /],
    ["a tag", "name: a\npassword: !hunter2 x\n", /gateway\.yaml:2: .*must stand in quotes/],
    ["an alias to nothing", "name: a\npassword: *hunter2\n", /gateway\.yaml:1: uses aliases/],
    ["a secret instead of a reference", "name: a\npassword: hunter2\n", /password: must be a reference/],
    ["a second document", "name: a\npassword: env:A\n---\npassword: hunter2\n", /:4: begins a second document/],
    ["nothing", "", /expected object/],
  ])("says what is wrong with %s and where, without a word of the file's own", async (_, text, expected) => {
    const failed = read(text);
    await expect(failed).rejects.toThrow(expected);
    await expect(failed).rejects.not.toThrow("hunter2");
    await expect(failed).rejects.toMatchObject({ nextStep: `Correct ${join(folder, "gateway.yaml")}.` });
  });
});
