import { ReusedBytes } from "../bytes/reused-bytes.ts";
import { maskText, PLACEHOLDER } from "./apply-mask.ts";
import { detectorOf } from "./detectors.ts";
import type { Detector } from "./detectors/detector.ts";
import type { Find, Mask } from "./mask.ts";

const MAX_ASCII = 0x7f;
/** Marks of bytes: a digit, and what ASCII has not; those of sets of characters come behind. */
const DIGIT = 1;
const BEYOND_ASCII = 2;
const FIRST_SET = 4;

/** What the detectors of a plan make of texts. */
export interface TextFinder {
  /** Whether `bytes[start..end)`, as UTF-8, may hold a find. Cheap, and wrong only in saying yes. */
  mayFind(bytes: Buffer, start: number, end: number): boolean;
  /** The text with every find replaced by its mask; undefined: nothing was found. */
  replace(text: string): string | undefined;
  /** The same with a text in UTF-8. Most are never decoded. What it gives is good until the finder is asked again. */
  replaceIn(bytes: Buffer, start: number, end: number): Buffer | undefined;
}

interface Sought {
  readonly detector: Detector;
  /** The mark of the characters of which it needs one; 0: any text will do. */
  readonly anyOf: number;
  readonly mask: Mask;
}

/** What one look at a text has told. */
interface Looked {
  readonly bytes: number;
  readonly digits: number;
  /** The marks of its bytes. */
  readonly seen: number;
}

interface Found {
  readonly start: number;
  end: number;
  /** undefined: several overlap, and no one mask can be told to be right. */
  mask: Mask | undefined;
}

/** Makes a finder; undefined where nothing is sought. Throws where a pattern is not one of RE2's syntax. */
export function createTextFinder(find: readonly Find[], key: Buffer): TextFinder | undefined {
  if (find.length === 0) return undefined;
  const marks = createMarks();
  const sought = find.map(({ detector: name, mask }): Sought => {
    const detector = detectorOf(name);
    return { detector, anyOf: marks.add(detector.needs.anyOf), mask };
  });
  const { ofByte } = marks;
  const minBytes = Math.min(...sought.map(({ detector }) => detector.needs.bytes));
  const reused = new ReusedBytes();

  const replaceLooked = (text: string, looked: Looked): string | undefined =>
    replaceAll(text, allFound(text, sought, looked), key);

  /** undefined: no detector can find anything. */
  const lookAt = (bytes: Buffer, start: number, end: number): Looked | undefined => {
    const length = end - start;
    if (length < minBytes) return undefined;
    let digits = 0;
    let seen = 0;
    for (let at = start; at < end; at++) {
      const mark = ofByte[bytes[at] ?? 0] ?? 0;
      seen |= mark;
      digits += mark & DIGIT;
    }
    const looked = { bytes: length, digits, seen };
    return sought.some((one) => mayHave(one, looked)) ? looked : undefined;
  };

  return {
    mayFind: (bytes, start, end) => lookAt(bytes, start, end) !== undefined,
    replace(text) {
      let digits = 0;
      let seen = 0;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        const mark = code > MAX_ASCII ? 0 : (ofByte[code] ?? 0);
        seen |= mark;
        digits += mark & DIGIT;
      }
      return replaceLooked(text, { bytes: Infinity, digits, seen });
    },
    replaceIn(bytes, start, end) {
      const looked = lookAt(bytes, start, end);
      if (looked === undefined) return undefined;
      const isAscii = (looked.seen & BEYOND_ASCII) === 0;
      const replaced = replaceLooked(bytes.toString(isAscii ? "latin1" : "utf8", start, end), looked);
      if (replaced === undefined) return undefined;
      return isAscii ? asciiBytes(replaced, reused) : Buffer.from(replaced, "utf8");
    },
  };
}

/** Gives each set of characters a mark of its own, so that one look at a text tells of which of them it has one. */
function createMarks(): { readonly ofByte: Int32Array; add(characters: string): number } {
  const ofByte = new Int32Array(256).fill(BEYOND_ASCII, MAX_ASCII + 1);
  for (const digit of Buffer.from("0123456789")) ofByte[digit] = DIGIT;
  const marks = new Map<string, number>();
  return {
    ofByte,
    add(characters) {
      if (characters === "") return 0;
      // past 30 sets two would share one, which only makes more texts possible
      const mark = marks.get(characters) ?? FIRST_SET << (marks.size % 30);
      marks.set(characters, mark);
      for (const byte of Buffer.from(characters, "latin1")) ofByte[byte] = (ofByte[byte] ?? 0) | mark;
      return mark;
    },
  };
}

function mayHave({ detector: { needs }, anyOf }: Sought, { bytes, digits, seen }: Looked): boolean {
  return bytes >= needs.bytes && digits >= needs.digits && (anyOf === 0 || (seen & anyOf) !== 0);
}

/** Masks of what stands in ASCII are in ASCII. */
function asciiBytes(text: string, reused: ReusedBytes): Buffer {
  const bytes = reused.take(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

function allFound(text: string, sought: readonly Sought[], looked: Looked): readonly Found[] {
  const all: Found[] = [];
  for (const one of sought) {
    if (!mayHave(one, looked)) continue;
    for (const { start, end } of one.detector.find(text)) all.push({ start, end, mask: one.mask });
  }
  if (all.length < 2) return all;
  all.sort((one, other) => one.start - other.start);
  const apart: Found[] = [];
  for (const found of all) {
    const last = apart.at(-1);
    if (last === undefined || found.start >= last.end) {
      apart.push(found);
      continue;
    }
    last.end = Math.max(last.end, found.end);
    last.mask = undefined;
  }
  return apart;
}

function replaceAll(text: string, found: readonly Found[], key: Buffer): string | undefined {
  if (found.length === 0) return undefined;
  let replaced = "";
  let at = 0;
  for (const { start, end, mask } of found) {
    replaced += text.slice(at, start);
    replaced += mask === undefined ? PLACEHOLDER : (maskText(text.slice(start, end), mask, key) ?? "");
    at = end;
  }
  return replaced + text.slice(at);
}
