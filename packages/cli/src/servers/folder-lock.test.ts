import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { takeFolderLock } from "./folder-lock.ts";

describe("takeFolderLock", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "sallyport-lock-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("lets one in, and says who has it", async () => {
    const file = join(folder, "one");
    const release = await takeFolderLock(file, "A demo");
    await expect(takeFolderLock(file, "A demo")).rejects.toThrow(
      `A demo is already running on this folder (process ${process.pid})`,
    );
    await release();
    await (
      await takeFolderLock(file, "A demo")
    )();
    expect(await readdir(folder)).toEqual([]);
  });

  it("lets one in of several that come at once, also from one process, and leaves nothing behind", async () => {
    const file = join(folder, "many");
    for (let round = 0; round < 20; round++) {
      const attempts = Array.from({ length: 8 }, () => takeFolderLock(file, "A demo"));
      const settled = await Promise.allSettled(attempts);
      const taken = settled.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
      const reasons = settled.flatMap((each) => (each.status === "rejected" ? [String(each.reason)] : []));
      expect(taken).toHaveLength(1);
      for (const reason of reasons) expect(reason).toContain("A demo is already running on this folder");
      for (const release of taken) await release();
      expect(await readdir(folder)).toEqual([]);
    }
  });

  it("takes over from a process whose number now belongs to another", async () => {
    const file = join(folder, "stale");
    await writeFile(file, `${process.pid} 1`);
    const release = await takeFolderLock(file, "A demo");
    await release();
  });
});
