import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { listFolder } from "./list-folder.ts";

let home: string;
let folder: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "sallyport-list-"));
  folder = join(home, "documents");
  await mkdir(folder);
});

afterEach(async () => {
  await rm(home, { recursive: true });
});

async function put(name: string, text = ""): Promise<void> {
  await mkdir(join(folder, name, ".."), { recursive: true });
  await writeFile(join(folder, name), text);
}

const names = async (): Promise<readonly string[]> => (await listFolder(folder)).files.map((file) => file.name);
const problems = async (): Promise<readonly string[]> => (await listFolder(folder)).problems;

describe("listFolder", () => {
  it("finds documents at every depth, and nothing else", async () => {
    for (const name of ["a.yaml", "b.YML", "c.json", "deep/er/d.yaml"]) await put(name);
    for (const name of [
      "README.md",
      ".hidden.yaml",
      ".git/x.yaml",
      "a.yaml~",
      "#a.yaml#",
      ".#a.yaml",
      ".a.yaml.swp",
      "b.yml.bak",
      "a.cases.yaml",
      "b.cases.yml",
    ])
      await put(name);
    expect(await names()).toEqual(["a.yaml", "b.YML", "c.json", "deep/er/d.yaml"]);
    expect(await problems()).toEqual([]);
  });

  it("reads a Kubernetes volume, each document once", async () => {
    await put("..2026_01/shop.yaml");
    await put("..2026_01/policies/dba.yaml");
    await symlink("..2026_01", join(folder, "..data"));
    await symlink(join("..data", "shop.yaml"), join(folder, "shop.yaml"));
    await symlink(join("..data", "policies"), join(folder, "policies"));
    expect(await names()).toEqual(["policies/dba.yaml", "shop.yaml"]);
    expect(await problems()).toEqual([]);
  });

  it("works where the folder itself is a link", async () => {
    await put("a.yaml");
    await symlink(folder, join(home, "link"));
    expect((await listFolder(join(home, "link"))).files.map((file) => file.name)).toEqual(["a.yaml"]);
  });

  it("refuses links out of the folder, and into nothing", async () => {
    await writeFile(join(home, "outside.yaml"), "");
    await mkdir(join(home, "documents-2"));
    await symlink(join(home, "outside.yaml"), join(folder, "a.yaml"));
    await symlink(join(home, "documents-2"), join(folder, "b"));
    await symlink("nothing.yaml", join(folder, "c.yaml"));
    await symlink("nothing", join(folder, "README"));
    expect(await names()).toEqual([]);
    expect(await problems()).toEqual([
      "a.yaml: is a link that leads out of the folder; put the file itself here.",
      "b: is a link that leads out of the folder; put the file itself here.",
      "c.yaml: cannot be read: it does not exist.",
    ]);
  });

  it("does not go round in circles", async () => {
    await put("a/b/x.yaml");
    await symlink("..", join(folder, "a", "b", "up"));
    await symlink(".", join(folder, "self"));
    expect(await names()).toEqual(["a/b/x.yaml"]);
  });

  it("ends where folders do not", async () => {
    await put(`${"d/".repeat(30)}x.yaml`);
    expect(await names()).toEqual([]);
    expect(await problems()).toEqual([expect.stringContaining("more than 16 folders deep")]);
  });

  it.each([
    ["missing", "it does not exist"],
    ["file", "it is not a folder"],
  ])("says what is wrong with a folder that is %s", async (name, problem) => {
    await writeFile(join(home, "file"), "");
    const listing = listFolder(join(home, name));
    await expect(listing).rejects.toThrow(expect.objectContaining({ code: "policy/unavailable" }));
    await expect(listing).rejects.toThrow(problem);
  });
});
