import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTokenFile } from "./read-token-file.ts";

describe("readTokenFile", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "token-file-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("reads the token without the newline behind it", async () => {
    const path = join(folder, "token");
    await writeFile(path, "spa_abc\n");
    await chmod(path, 0o600);
    expect(await readTokenFile(path)).toBe("spa_abc");
  });

  it("finds none where the file was taken away or emptied", async () => {
    const path = join(folder, "empty");
    await writeFile(path, "");
    expect(await readTokenFile(path)).toBeUndefined();
    expect(await readTokenFile(join(folder, "nowhere"))).toBeUndefined();
  });

  it("says so where what is there is no file", async () => {
    await expect(readTokenFile(folder)).rejects.toThrow("it is not a file");
  });
});
