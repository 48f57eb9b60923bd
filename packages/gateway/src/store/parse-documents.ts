import {
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  LineCounter,
  parseAllDocuments,
  visit,
  type Document,
} from "yaml";
import { describeFault, withoutQuotation } from "./yaml-fault.ts";

/** One YAML document of a file, as plain data. */
export interface ParsedDocument {
  readonly value: unknown;
  /** The line on which a path is written, or else what holds it. */
  lineOf(path: readonly PropertyKey[]): number;
}

/** What a file holds, and what is wrong with it. */
export interface ParsedFile {
  readonly documents: readonly ParsedDocument[];
  readonly problems: readonly { readonly line: number; readonly sentence: string }[];
}

/** Enough for a file that repeats itself, and far from one that grows out of itself. */
const MAX_ALIASES = 100;
const MAX_PROBLEMS = 20;

const options = {
  version: "1.2",
  schema: "core",
  strict: true,
  stringKeys: true,
  // found by our own walk: the library compares each key with each other
  uniqueKeys: false,
  merge: false,
  resolveKnownTags: false,
  // its pretty messages quote whole lines of the file, which may hold what no log should
  prettyErrors: false,
  logLevel: "silent",
} as const;

/** Reads the YAML (or JSON, which is YAML) of one file. Never throws: whatever is wrong is among the problems. */
export function parseDocuments(text: string): ParsedFile {
  const lines = new LineCounter();
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const documents: ParsedDocument[] = [];
  const problems: { line: number; sentence: string }[] = [];
  try {
    for (const document of parseAllDocuments(text, {
      ...options,
      customTags: [],
      lineCounter: lines,
    })) {
      const found = [...faultsOf(document)];
      problems.push(...found.map(({ offset, sentence }) => ({ line: lineAt(offset), sentence })));
      if (found.length > 0) continue;
      const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
      // `---` with nothing behind it
      if (value === null) continue;
      documents.push({ value, lineOf: (path) => lineAt(offsetOf(document, path)) });
    }
  } catch (error) {
    problems.push({ line: 1, sentence: describeFailure(error) });
  }
  return { documents, problems: problems.slice(0, MAX_PROBLEMS) };
}

function* faultsOf(document: Document.Parsed): Generator<{ offset: number; sentence: string }> {
  // the first error is the cause, what follows mostly its echo
  for (const fault of [...document.errors, ...document.warnings].slice(0, 2)) {
    yield { offset: fault.pos[0], sentence: `is not valid YAML: ${describeFault(fault)}.` };
  }
  if (document.errors.length > 0) return;
  const start = document.range[0];
  if (document.directives.yaml.version !== "1.2")
    yield { offset: start, sentence: "must be YAML 1.2; remove the %YAML line." };
  yield* faultyKeys(document);
}

function faultyKeys(document: Document.Parsed): readonly { offset: number; sentence: string }[] {
  const faults: { offset: number; sentence: string }[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        const name = isScalar(key) ? String(key.value) : "";
        const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
        // schemas would overlook it, and a condition that is overlooked is one less
        if (name === "__proto__")
          faults.push({ offset, sentence: 'has the key "__proto__", which no document may have.' });
        else if (seen.has(name))
          faults.push({
            offset,
            sentence: `has the key "${name.slice(0, 64)}" twice; keep one of them.`,
          });
        else seen.add(name);
      }
    },
  });
  return faults;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = document.contents?.range?.[0] ?? 0;
  for (const step of path) {
    if (!isCollection(node)) break;
    const item = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === step)
      : node.items[typeof step === "number" ? step : -1];
    const start = isPair(item) ? item.key : item;
    if (isCollection(start) || isScalar(start) || isAlias(start)) offset = start.range?.[0] ?? offset;
    node = isPair(item) ? item.value : item;
  }
  return offset;
}

function describeFailure(error: unknown): string {
  if (error instanceof RangeError) return "is nested too deep; make it flatter.";
  if (error instanceof ReferenceError)
    return `uses aliases in a way that is not allowed: ${withoutQuotation(error.message)}.`;
  return `cannot be read as YAML: ${withoutQuotation(error instanceof Error ? error.message : String(error))}.`;
}
