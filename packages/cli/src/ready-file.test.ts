import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openReadyFile } from "./ready-file.ts";

describe("openReadyFile", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "ready-file-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it("takes away what an earlier process left, and is there only while the process is ready", async () => {
    const path = join(folder, "online");
    await writeFile(path, "earlier");
    const ready = await openReadyFile(path);
    expect(existsSync(path)).toBe(false);
    await ready.say();
    expect(existsSync(path)).toBe(true);
    await ready.takeAway();
    expect(existsSync(path)).toBe(false);
    await ready.say();
    expect(existsSync(path)).toBe(false);
  });

  it("says at once where it cannot be written", async () => {
    await expect(openReadyFile(join(folder, "nowhere", "online"))).rejects.toThrow("cannot be written");
  });
});
