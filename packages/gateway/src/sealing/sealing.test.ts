import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { Secret } from "@sallyport/shared/secret";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { keyIdOf } from "./envelope.ts";
import { loadSealer } from "./load-sealer.ts";
import { Sealer } from "./sealer.ts";
import { parseSealingKey, type SealingKey } from "./sealing-key.ts";

const [one, two] = [keyOf("11"), keyOf("22")];

function keyOf(byte: string): SealingKey {
  return parseSealingKey(new Secret(byte.repeat(32)));
}

describe("a sealed secret", () => {
  const { sealed, keyId } = new Sealer([one]).seal("credential shop", Buffer.from("sesame"));

  it("opens under the name it was sealed for, and says under which key it is", () => {
    expect(new Sealer([two, one]).open("credential shop", sealed).toString()).toBe("sesame");
    expect(keyId).toBe(one.id);
    expect(keyIdOf(sealed)).toBe(one.id);
    expect(sealed.includes("sesame")).toBe(false);
  });

  it.each([
    ["under another name", () => new Sealer([one]).open("credential other", sealed)],
    ["without its key", () => new Sealer([two]).open("credential shop", sealed)],
    ["when it says that it is under another key", () => new Sealer([two, one]).open("credential shop", claiming(two))],
    ["when it is empty", () => new Sealer([one]).open("credential shop", Buffer.alloc(0))],
  ])("does not open %s", (_when, open) => {
    expect(open).toThrow(expect.objectContaining({ code: "sealing/not-opened" }));
  });

  it("does not open with any bit changed, or shorter, or longer", () => {
    const sealer = new Sealer([one]);
    const change = fc.integer({ min: 0, max: sealed.length * 8 - 1 });
    fc.assert(
      fc.property(change, (bit) => {
        const changed = Buffer.from(sealed);
        changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
        expect(() => sealer.open("credential shop", changed)).toThrow(/sealing\/not-opened/);
      }),
    );
    for (let length = 0; length < sealed.length; length += 1)
      expect(() => sealer.open("credential shop", sealed.subarray(0, length))).toThrow(/sealing\/not-opened/);
    expect(() => sealer.open("credential shop", Buffer.concat([sealed, Buffer.of(0)]))).toThrow(/sealing\/not-opened/);
  });

  it("is another each time", () => {
    expect(new Sealer([one]).seal("credential shop", Buffer.from("sesame")).sealed.equals(sealed)).toBe(false);
  });

  function claiming({ id }: SealingKey): Buffer {
    const changed = Buffer.from(sealed);
    changed.write(id, 1, "hex");
    return changed;
  }
});

describe("a sealing key", () => {
  it("is 64 hexadecimal digits or base64 of 32 bytes, and the same key has the same id", () => {
    const bytes = Buffer.from("11".repeat(32), "hex");
    expect(parseSealingKey(new Secret(`${bytes.toString("base64")}\n`)).id).toBe(one.id);
    expect(one.id).not.toBe(two.id);
    for (const text of ["", "sesame", "11".repeat(31), `${"11".repeat(32)}1`, "§".repeat(32)])
      expect(() => parseSealingKey(new Secret(text))).toThrow("64 hexadecimal digits");
  });

  it("is made where none is given: once, however many come at once, and for its owner only", async () => {
    await using folder = await temporaryFolder();
    const ownKeyFile = join(folder.path, "state", "sealing.key");
    const sealers = await Promise.all(Array.from({ length: 8 }, () => loadSealer({ keys: [], ownKeyFile })));
    expect(new Set(sealers.map(({ keyId }) => keyId)).size).toBe(1);
    expect((await stat(ownKeyFile)).mode & 0o777).toBe(0o600);
    expect((await loadSealer({ keys: [], ownKeyFile })).keyId).toBe(sealers[0]?.keyId);
  });

  it("comes from the environment, a file or a command; the first seals and all open", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "old.key");
    await writeFile(file, "22".repeat(32), { mode: 0o640 });
    process.env["SEALING_TEST_KEY"] = "11".repeat(32);
    const command = `command:${process.execPath} -p "'33'.repeat(32)"`;
    const sealer = await loadSealer({ keys: ["env:SEALING_TEST_KEY", `file:${file}`, command], ownKeyFile: "none" });
    expect(sealer.keyId).toBe(one.id);
    for (const key of [one, two, keyOf("33")])
      expect(sealer.open("x", new Sealer([key]).seal("x", Buffer.from("y")).sealed).toString()).toBe("y");
  });

  it("is not taken from a file that others can use, and never told", async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "key");
    await writeFile(file, "22".repeat(32));
    await chmod(file, 0o604);
    await expect(loadSealer({ keys: [`file:${file}`], ownKeyFile: "none" })).rejects.toThrow(
      /sealing\/key-unavailable.*chmod 600/,
    );
    await chmod(file, 0o640);
    await expect(loadSealer({ keys: [], ownKeyFile: file })).rejects.toThrow("chmod 600");
    await chmod(file, 0o600);
    await writeFile(file, "hunter2 is no key");
    const error: unknown = await loadSealer({ keys: [`file:${file}`], ownKeyFile: "none" }).catch(
      (reason: unknown) => reason,
    );
    expect(inspect(error, { depth: 9 })).not.toContain("hunter2");
    expect(inspect(one)).not.toContain("1111");
    await expect(loadSealer({ keys: ["env:NO_SUCH_KEY"], ownKeyFile: "none" })).rejects.toThrow("no such variable");
    expect(await readFile(file, "utf8")).toContain("hunter2");
  });
});

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), "sallyport-sealing-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}
