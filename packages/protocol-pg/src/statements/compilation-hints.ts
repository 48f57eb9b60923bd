const HEADER_BYTES = 8;
const CUSTOM_SECTION = 0;
const CODE_SECTION = 10;
/** Larger functions take the optimizing compiler long, and hundreds of megabytes. */
const MAX_OPTIMIZED_BYTES = 20_000;

/** How V8 treats a function: compiled when it is first called, by the baseline compiler or at once by the optimizing one. */
const BASELINE = hintOf({ when: 1, first: 1, last: 1 });
const OPTIMIZED = hintOf({ when: 1, first: 2, last: 2 });

/** Where V8 looks for them, with `--experimental-wasm-compilation-hints`; without it nobody does. */
export const HINTS_SECTION = "compilationHints";

/**
 * The WebAssembly with a hint for each function: to optimize all but the largest. V8 has no other way to leave single functions out.
 *
 *     header { byte section, varuint length, content }*n
 */
export function withCompilationHints(wasm: Buffer): Buffer {
  for (let at = HEADER_BYTES; at < wasm.length;) {
    const length = varuintAt(wasm, at + 1);
    if (wasm[at] === CODE_SECTION) {
      const section = hintsSection(hintsFor(wasm, length.end));
      return Buffer.concat([wasm.subarray(0, at), section, wasm.subarray(at)]);
    }
    at = length.end + length.value;
  }
  return wasm;
}

/**
 * A hint for each function of the code.
 *
 *     varuint n { varuint length, body }*n
 */
function hintsFor(wasm: Buffer, start: number): Buffer {
  const count = varuintAt(wasm, start);
  const hints = Buffer.alloc(count.value);
  let at = count.end;
  for (let index = 0; index < count.value; index++) {
    const length = varuintAt(wasm, at);
    hints[index] = length.value > MAX_OPTIMIZED_BYTES ? BASELINE : OPTIMIZED;
    at = length.end + length.value;
  }
  return hints;
}

function hintsSection(hints: Buffer): Buffer {
  const name = Buffer.from(HINTS_SECTION);
  const content = [varuint(name.length), name, varuint(hints.length), hints];
  const length = content.reduce((sum, part) => sum + part.length, 0);
  return Buffer.concat([Buffer.of(CUSTOM_SECTION), varuint(length), ...content]);
}

function hintOf({ when, first, last }: { when: number; first: number; last: number }): number {
  return when | (first << 2) | (last << 4);
}

/** A number in groups of seven bits, the lowest first. */
function varuintAt(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start, shift = 0; ; at++, shift += 7) {
    const byte = bytes.readUInt8(at);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

function varuint(value: number): Buffer {
  const groups: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 0x80) return Buffer.of(...groups, left);
    groups.push((left & 0x7f) | 0x80);
  }
}
