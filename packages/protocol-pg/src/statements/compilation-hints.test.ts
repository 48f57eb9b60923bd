import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { HINTS_SECTION, withCompilationHints } from "./compilation-hints.ts";

const require = createRequire(import.meta.url);
const BASELINE = 0x15;
const OPTIMIZED = 0x29;

describe("withCompilationHints", () => {
  it.each([13, 14, 15, 16, 17, 18])("tells for each function of the grammar of %d whether to optimize it", (major) => {
    const wasm = withCompilationHints(readFileSync(require.resolve(`pg-query-${major}/wasm/libpg-query.wasm`)));
    const [section = new ArrayBuffer()] = WebAssembly.Module.customSections(
      new WebAssembly.Module(wasm),
      HINTS_SECTION,
    );
    const [low = 0, high = 0, ...hints] = new Uint8Array(section);
    expect((low & 0x7f) | (high << 7)).toBe(hints.length);
    const count = (hint: number): number => hints.filter((one) => one === hint).length;
    expect(count(OPTIMIZED)).toBeGreaterThan(200);
    // the parser's own, the scanner's and those that write trees
    expect(count(BASELINE)).toBeGreaterThan(2);
    expect(count(BASELINE)).toBeLessThan(10);
    expect(count(BASELINE) + count(OPTIMIZED)).toBe(hints.length);
  });

  it("writes them where V8 looks for them, which refuses a wrong number of them", () => {
    const wasm = withCompilationHints(readFileSync(require.resolve("pg-query-18/wasm/libpg-query.wasm")));
    const number = wasm.indexOf(HINTS_SECTION) + HINTS_SECTION.length;
    wasm.writeUInt8(wasm.readUInt8(number) ^ 1, number);
    expect(() => new WebAssembly.Module(wasm)).toThrow("compilation hints");
  });

  it("leaves what has no code as it is", () => {
    const empty = Buffer.from("\0asm\x01\0\0\0", "latin1");
    expect(withCompilationHints(empty)).toEqual(empty);
  });
});
