import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { MAX_SMALL_FILE_BYTES, readSmallFile } from "./read-small-file.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-files-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("reads what is small", async () => {
  await writeFile(join(folder, "small"), "text");
  expect(await readSmallFile(join(folder, "small"))).toBe("text");
});

it("refuses what is large, empty, missing or no file, without taking memory for it", async () => {
  await writeFile(join(folder, "large"), Buffer.alloc(MAX_SMALL_FILE_BYTES + 1));
  await writeFile(join(folder, "empty"), "");
  await expect(readSmallFile(join(folder, "large"))).rejects.toThrow("larger");
  await expect(readSmallFile(join(folder, "empty"))).rejects.toThrow("empty");
  await expect(readSmallFile(join(folder, "missing"))).rejects.toThrow("ENOENT");
  await expect(readSmallFile("/dev/zero")).rejects.toThrow("not a file");
});
