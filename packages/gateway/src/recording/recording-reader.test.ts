import { appendFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createRecordingReader, type ReadingOptions } from "./recording-reader.ts";

let folder: string;
const openedAt = new Date("2026-11-27T00:00:01Z");
const never = new AbortController().signal;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "sallyport-recordings-"));
  await mkdir(join(folder, "2026-11-26"));
  await writeFile(join(folder, "2026-11-26", "abc.jsonl"), '{"n":1}\n{"n":2}\n{"n":');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(session: string, options: Partial<ReadingOptions> = {}): Promise<string | undefined> {
  const reading = { openedAt, signal: never, goesOn: async () => false, ...options };
  const lines = await createRecordingReader(folder).read(session, reading);
  if (lines === undefined) return undefined;
  let text = "";
  for await (const chunk of lines) text += chunk.toString();
  return text;
}

describe("a recording", () => {
  it("is found though its session was known after midnight, and read up to its last whole line", async () => {
    expect(await read("abc")).toBe('{"n":1}\n{"n":2}\n');
  });

  it("is followed while more may come", async () => {
    let asked = 0;
    const goesOn = async (): Promise<boolean> => {
      asked += 1;
      if (asked === 1) await appendFile(join(folder, "2026-11-26", "abc.jsonl"), "3}\n");
      return asked < 2;
    };
    expect(await read("abc", { goesOn })).toBe('{"n":1}\n{"n":2}\n{"n":3}\n');
  });

  it("is broken off by who asked to", async () => {
    const goesOn = (): Promise<boolean> => Promise.reject(new Error("no longer welcome"));
    await expect(read("abc", { goesOn })).rejects.toThrow("no longer welcome");
  });

  it.each(["../abc", "..", "abc.jsonl", "", "a/b", "nothing"])("is not there under %j", async (session) => {
    expect(await read(session)).toBeUndefined();
  });
});
