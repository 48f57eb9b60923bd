import { maskText, PLACEHOLDER } from "./apply-mask.ts";
import { detectorOf } from "./detectors.ts";
import type { Detector } from "./detectors/detector.ts";
import type { Find, Mask } from "./mask.ts";

/** What the detectors of a plan make of texts. */
export interface TextFinder {
  /** Whether `bytes[start..end)`, as UTF-8, may hold a find. Cheap, and wrong only in saying yes. */
  mayFind(bytes: Buffer, start: number, end: number): boolean;
  /** The text with every find replaced by its mask; undefined: nothing was found. */
  replace(text: string): string | undefined;
}

interface Sought {
  readonly detector: Detector;
  readonly anyOf: readonly number[];
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
  const sought = find.map(({ detector: name, mask }): Sought => {
    const detector = detectorOf(name);
    return { detector, anyOf: [...Buffer.from(detector.needs.anyOf, "latin1")], mask };
  });
  const minBytes = Math.min(...sought.map(({ detector }) => detector.needs.bytes));
  const seen = createSeenBytes();
  return {
    mayFind(bytes, start, end) {
      if (end - start < minBytes) return false;
      const digits = seen.look(bytes, start, end);
      return sought.some((one) => end - start >= one.detector.needs.bytes && seen.suffices(one, digits));
    },
    replace(text) {
      const digits = seen.lookAtText(text);
      const possible = sought.filter((one) => seen.suffices(one, digits));
      return replaceAll(text, allFound(text, possible), key);
    },
  };
}

/** Which bytes a text has. The marks are numbered by text, so that they need not be wiped. */
function createSeenBytes(): {
  /** Returns how many digits there are, as does the next. */
  look(bytes: Buffer, start: number, end: number): number;
  lookAtText(text: string): number;
  suffices(sought: Sought, digits: number): boolean;
} {
  const lastSeen = new Float64Array(256);
  let now = 0;
  return {
    look(bytes, start, end) {
      now++;
      let digits = 0;
      for (let at = start; at < end; at++) {
        const byte = bytes[at] ?? 0;
        lastSeen[byte] = now;
        if (byte >= 0x30 && byte <= 0x39) digits++;
      }
      return digits;
    },
    lookAtText(text) {
      now++;
      let digits = 0;
      for (let at = 0; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (code > 0x7f) continue;
        lastSeen[code] = now;
        if (code >= 0x30 && code <= 0x39) digits++;
      }
      return digits;
    },
    suffices: ({ detector: { needs }, anyOf }, digits) =>
      digits >= needs.digits && (anyOf.length === 0 || anyOf.some((byte) => lastSeen[byte] === now)),
  };
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
