import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One line of a recording, as far as tests look at it. */
export interface RecordedLine {
  readonly type: string;
  readonly stage?: string;
  readonly text?: string;
  readonly parameters?: readonly unknown[];
  readonly permit?: string;
  readonly result?: string;
  readonly reason?: string;
  readonly decision?: { readonly kind: string };
}

/** What there is of one session. `torn` is what follows the last whole line. */
export interface ReadRecording {
  readonly session: string;
  readonly lines: readonly RecordedLine[];
  readonly torn: string;
}

/** Reads every recording of a folder, over all days. */
export function readRecordings(folder: string): readonly ReadRecording[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => {
      const texts = readFileSync(join(folder, name), "utf8").split("\n");
      const torn = texts.pop() ?? "";
      return { session: name.replace(/^.*\/|\.jsonl$/g, ""), lines: texts.map(readLine), torn };
    });
}

function readLine(text: string): RecordedLine {
  const line: unknown = JSON.parse(text);
  if (!isRecordedLine(line)) throw new Error(`no line of a recording: ${text}`);
  return line;
}

function isRecordedLine(line: unknown): line is RecordedLine {
  return typeof line === "object" && line !== null && "type" in line && typeof line.type === "string";
}

/** The texts of the statements that policy did not allow. */
export function deniedIn(recordings: readonly ReadRecording[]): readonly (string | undefined)[] {
  const statements = recordings.flatMap(({ lines }) => lines.filter(({ type }) => type === "statement"));
  return statements.filter(({ decision }) => decision?.kind !== "allow").map(({ text }) => text);
}
