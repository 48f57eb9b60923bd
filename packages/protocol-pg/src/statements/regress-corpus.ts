import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** A statement of PostgreSQL's own regression suite and what a server of version 15 answered. */
export interface RegressEntry {
  readonly sql: string;
  readonly tags?: readonly string[];
  /** Message and source file. */
  readonly errors?: readonly { readonly M: string; readonly F?: string }[];
}

/** For tests: the corpus of test/corpora, whose README says where it comes from. */
export function loadRegressCorpus(): readonly RegressEntry[] {
  const file = new URL("../../../../test/corpora/postgres-regress.jsonl.gz", import.meta.url);
  const lines = gunzipSync(readFileSync(file)).toString("utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const entry: unknown = JSON.parse(line);
    if (!isRegressEntry(entry)) throw new Error(`not an entry of the corpus: ${line}`);
    return entry;
  });
}

function isRegressEntry(value: unknown): value is RegressEntry {
  return typeof value === "object" && value !== null && "sql" in value && typeof value.sql === "string";
}
