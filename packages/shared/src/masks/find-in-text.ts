import { maskText, PLACEHOLDER } from "./apply-mask.ts";
import { detectorOf } from "./detectors.ts";
import type { Detector } from "./detectors/detector.ts";
import type { Find, Mask } from "./mask.ts";

const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const MAX_ASCII = 0x7f;

/** What the detectors of a plan make of texts. */
export interface TextFinder {
  /** Whether `bytes[start..end)`, as UTF-8, may hold a find. Cheap, and wrong only in saying yes. */
  mayFind(bytes: Buffer, start: number, end: number): boolean;
  /** The text with every find replaced by its mask; undefined: nothing was found. */
  replace(text: string): string | undefined;
}

interface Sought {
  readonly detector: Detector;
  /** The mark of the characters of which it needs one; 0: any text will do. */
  readonly anyOf: number;
  readonly mask: Mask;
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
  const minBytes = Math.min(...sought.map(({ detector }) => detector.needs.bytes));
  const minDigits = Math.min(...sought.map(({ detector }) => detector.needs.digits));
  return {
    mayFind(bytes, start, end) {
      const length = end - start;
      if (length < minBytes) return false;
      const { ofByte } = marks;
      let digits = 0;
      let seen = 0;
      for (let at = start; at < end; at++) {
        const byte = bytes[at] ?? 0;
        seen |= ofByte[byte] ?? 0;
        if (byte >= DIGIT_0 && byte <= DIGIT_9) digits++;
      }
      if (digits < minDigits) return false;
      return sought.some((one) => length >= one.detector.needs.bytes && suffices(one, digits, seen));
    },
    replace(text) {
      const { ofByte } = marks;
      let digits = 0;
      let seen = 0;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code > MAX_ASCII) continue;
        seen |= ofByte[code] ?? 0;
        if (code >= DIGIT_0 && code <= DIGIT_9) digits++;
      }
      if (digits < minDigits) return undefined;
      const possible = sought.filter((one) => suffices(one, digits, seen));
      return possible.length === 0 ? undefined : replaceAll(text, allFound(text, possible), key);
    },
  };
}

/** Gives each set of characters a mark of its own, so that one look at a text tells of which of them it has one. */
function createMarks(): { readonly ofByte: Int32Array; add(characters: string): number } {
  const ofByte = new Int32Array(256);
  const marks = new Map<string, number>();
  return {
    ofByte,
    add(characters) {
      if (characters === "") return 0;
      // past 32 sets two would share one, which only makes more texts possible
      const mark = marks.get(characters) ?? 1 << marks.size;
      marks.set(characters, mark);
      for (const byte of Buffer.from(characters, "latin1")) ofByte[byte] = (ofByte[byte] ?? 0) | mark;
      return mark;
    },
  };
}

function suffices({ detector: { needs }, anyOf }: Sought, digits: number, seen: number): boolean {
  return digits >= needs.digits && (anyOf === 0 || (seen & anyOf) !== 0);
}

function allFound(text: string, sought: readonly Sought[]): readonly Found[] {
  const all = sought.flatMap(({ detector, mask }) =>
    detector.find(text).map(({ start, end }): Found => ({ start, end, mask })),
  );
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
