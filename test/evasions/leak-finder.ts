import type { WireMessage } from "../support/message-splitter.ts";
import { fieldsOf } from "./received.ts";
import type { Secrets } from "./secrets.ts";

/** Something of a masked value that the client got to see. */
export interface Leak {
  readonly column: string;
  /** What was seen, and how it was written. */
  readonly seen: string;
  readonly as: string;
}

/** Finds masked values in what a client received; `sent` is what it sent itself, and so knew already. */
export type LeakFinder = (messages: readonly WireMessage[], sent: string) => Leak | undefined;

const GRAM = 6;
/** The part of an e-mail address that its mask shows, the same in all. */
const KEPT = ".example";
/** Of a hash, which may hold any six digits in a row. */
const HASH = /[0-9a-f]{32,}/g;
/** A list of pieces that are each too short to be found. */
const SHORT_LIST = /(?:"?[^",{}[\]]{1,4}"?, ?){2,}"?[^",{}[\]]{0,4}/g;
/** Keys of cancellation are random, and the rest has no data. */
const WITHOUT_DATA = new Set(["K", "R", "Z", "1", "2", "3", "n", "s", "I", "c"]);
/** How deep an encoding of an encoding is followed. */
const MAX_DEPTH = 2;

/** Makes the search for these values, quick enough for every message of thousands of runs. */
export function createLeakFinder(secrets: Secrets): LeakFinder {
  const allowed = gramsOf(lower(secrets.allowed + KEPT));
  const grams = new Map<string, { readonly column: string; readonly as: string }>();
  for (const { column, text } of secrets.texts) {
    for (const gram of gramsOf(lower(text))) {
      if (allowed.has(gram)) continue;
      if (grams.get(gram)?.as !== "plainly") grams.set(gram, { column, as: "plainly" });
      const backwards = reversed(gram);
      if (!allowed.has(backwards) && !grams.has(backwards)) grams.set(backwards, { column, as: "reversed" });
    }
  }
  const words = new Map(secrets.words.map(({ column, text }) => [lower(text), column]));
  const anyWord = new RegExp(`(?<![a-z0-9])(?:${[...words.keys()].map(escaped).join("|")})(?![a-z0-9])`);

  function inText(text: string, sent: ReadonlySet<string>, depth: number): Leak | undefined {
    const low = text.toLowerCase();
    const hashes = [...low.matchAll(HASH)].filter(([run]) => /[a-f]/.test(run));
    for (let at = 0; at + GRAM <= low.length; at++) {
      const gram = low.slice(at, at + GRAM);
      const found = grams.get(gram);
      if (found === undefined || sent.has(gram) || sent.has(reversed(gram))) continue;
      if (isDigits(gram) && hashes.some((run) => run.index <= at && at < run.index + run[0].length)) continue;
      return { ...found, seen: low.slice(at, at + 2 * GRAM) };
    }
    if (depth === MAX_DEPTH) return undefined;
    for (const { as, text: decoded } of decodings(text)) {
      const leak = inText(decoded, sent, depth + 1);
      if (leak !== undefined) return { ...leak, as: leak.as === "plainly" ? as : `${leak.as}, ${as}` };
    }
    return undefined;
  }

  function inBytes(bytes: Buffer): Leak | undefined {
    const found = secrets.binaries.find((secret) => bytes.includes(secret.bytes));
    return found && { column: found.column, seen: found.bytes.toString("hex"), as: "in binary" };
  }

  function asWord(text: string, sent: string): Leak | undefined {
    const word = anyWord.exec(text.toLowerCase())?.[0];
    const column = word === undefined ? undefined : words.get(word);
    if (word === undefined || column === undefined || sent.includes(word)) return undefined;
    return { column, seen: word, as: "written otherwise" };
  }

  return (messages, sentText) => {
    const told = messages.filter(({ tag }) => !WITHOUT_DATA.has(tag));
    const known = lower(sentText);
    const sent = gramsOf(known);
    const text = told.map(({ body }) => body.toString("latin1")).join("\0\0");
    const data = Buffer.concat(told.filter(({ tag }) => tag === "D" || tag === "d").map(({ body }) => body));
    return inText(text, sent, 0) ?? asWord(text, known) ?? inBytes(data) ?? inText(inLetters(told), sent, MAX_DEPTH);
  };
}

/** Texts that these could stand for: without what COPY and arrays put before single characters, hex and base64, wherever it begins. */
function decodings(text: string): readonly { readonly as: string; readonly text: string }[] {
  const hex = [...text.matchAll(/[0-9a-fA-F]{12,}/g)].flatMap(([run]) =>
    [0, 1].map((skip) => ({ as: "in hex", text: Buffer.from(evenly(run.slice(skip)), "hex").toString("latin1") })),
  );
  const base64 = [...text.matchAll(/[A-Za-z0-9+/_-]{8,}/g)].flatMap(([run]) =>
    [0, 1, 2, 3].map((skip) => ({
      as: "in base64",
      text: Buffer.from(run.slice(skip), "base64").toString("latin1"),
    })),
  );
  const bare = text.includes("\\") ? [{ as: "behind backslashes", text: text.replaceAll("\\", "") }] : [];
  return [...hex, ...base64, ...bare];
}

/** Values that were taken apart into single letters, put together again: over the rows of each column, and within a list. */
function inLetters(messages: readonly WireMessage[]): string {
  const columns: string[] = [];
  for (const message of messages) {
    if (message.tag !== "D") continue;
    for (const [index, field] of fieldsOf(message).entries()) {
      const text = field?.toString("latin1") ?? "";
      columns[index] = (columns[index] ?? "") + (isPiece(text) && text.length <= 2 ? text : "\0");
    }
  }
  const lists = messages
    .filter(({ tag }) => tag === "D" || tag === "d")
    .flatMap(({ body }) => body.toString("latin1").match(SHORT_LIST) ?? [])
    .map((list) => list.split(/[", ]+/))
    .map((pieces) => pieces.map((piece) => (isPiece(piece) ? piece : "\0")).join(""));
  return [...columns, ...lists].join("\0");
}

/** Small whole numbers in a row are counts and keys; any six digits turn up among them sooner or later. */
function isPiece(text: string): boolean {
  return !/^[1-9]\d{1,2}$/.test(text);
}

function gramsOf(text: string): ReadonlySet<string> {
  return new Set(Array.from({ length: Math.max(0, text.length - GRAM + 1) }, (_, at) => text.slice(at, at + GRAM)));
}

/** As the search sees a text: its bytes one character each, in lower case. */
function lower(text: string): string {
  return Buffer.from(text).toString("latin1").toLowerCase();
}

function reversed(text: string): string {
  return text.split("").toReversed().join("");
}

function isDigits(text: string): boolean {
  return /^\d+$/.test(text);
}

function evenly(hex: string): string {
  return hex.slice(0, hex.length - (hex.length % 2));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
