import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Secret } from "@sallyport/shared/secret";
import { describe, expect, it } from "vitest";
import { readMaskKey } from "./read-mask-key.ts";

async function keyOf(text: string): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "mask-key-"));
  try {
    await writeFile(join(folder, "key"), text);
    return await readMaskKey(join(folder, "key"));
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("readMaskKey", () => {
  it("reads 64 hexadecimal digits", async () => {
    expect(await keyOf(`${"0aF1".repeat(16)}\n`)).toEqual(Buffer.from("0af1".repeat(16), "hex"));
  });

  it.each(["", "12", "g".repeat(64), "a".repeat(66)])("refuses %j", async (text) => {
    await expect(keyOf(text)).rejects.toThrow(/64 hexadecimal digits/);
  });

  it("makes another key each time where there is no file", async () => {
    const [one, two] = [await readMaskKey(undefined), await readMaskKey(undefined)];
    expect(one).toHaveLength(32);
    expect(one.equals(two)).toBe(false);
  });

  it("takes the one that several processes have in common where there is no file", async () => {
    const common = Buffer.alloc(32, 7);
    expect(await readMaskKey(undefined, new Secret(common))).toEqual(common);
  });
});
