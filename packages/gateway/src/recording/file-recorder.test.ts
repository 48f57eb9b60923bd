import { closeSync, fstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createFileRecorder } from "./file-recorder.ts";
import type { RecordedEvent } from "./recorded-event.ts";

const NOW = new Date("2031-02-03T04:05:06.789Z");
const FILE = "2031-02-03/s-1.jsonl";
const closed: RecordedEvent = { type: "closed", reason: "client-goodbye", statements: 1 };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sallyport-recorder-"));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true, force: true });
});

const recorder = () => createFileRecorder(folder, () => NOW);

function statement(id: string, text = "SELECT 1"): RecordedEvent {
  const decision = { kind: "allow", rules: ["p#1"], version: "v" } as const;
  return { type: "statement", id, stage: "run", text, verbs: ["read"], decision };
}

function outcome(permit: string): RecordedEvent {
  return { type: "outcome", permit, result: "completed", code: "SELECT 1", rows: 1 };
}

function text(file = FILE): string {
  return readFileSync(join(folder, file), "utf8");
}

/** What each line is about. */
function order(): string[] {
  return [...text().matchAll(/"(?:id|permit)":"(\w+)"/g)].map(([, id = ""]) => id);
}

/** The descriptor that a file is open under: as a full disk would, closing it makes the next write fail. */
function descriptorOf(file: string): number {
  const { ino } = statSync(join(folder, file));
  for (let descriptor = 3; descriptor < 4096; descriptor += 1) {
    try {
      if (fstatSync(descriptor).ino === ino) return descriptor;
    } catch (error) {
      expect(error).toMatchObject({ code: "EBADF" });
    }
  }
  throw new Error(`${file} is not open`);
}

describe("a recording", () => {
  it("is a line of JSON for each event, with its time in front", () => {
    const recording = recorder().open("s-1");
    recording.append(statement("1", 'SELECT "\n\u2028"'));
    recording.close(closed);
    const at = "2031-02-03T04:05:06.789Z";
    expect(text()).toBe(
      `${JSON.stringify({ at, ...statement("1", 'SELECT "\n\u2028"') })}\n${JSON.stringify({ at, ...closed })}\n`,
    );
  });

  it("is with the operating system once it is committed, in the order in which it was appended", () => {
    const recording = recorder().open("s-1");
    recording.append(statement("s1"));
    recording.commit();
    expect(order()).toEqual(["s1"]);
    recording.append(outcome("o1"));
    recording.append(statement("s2"));
    recording.append(statement("s3"));
    expect(order()).toEqual(["s1"]);
    recording.commit();
    expect(order()).toEqual(["s1", "o1", "s2", "s3"]);
    recording.close(closed);
  });

  it("writes what no statement follows by itself, a moment later", () => {
    vi.useFakeTimers();
    const recording = recorder().open("s-1");
    recording.append(outcome("o1"));
    vi.advanceTimersByTime(1_000);
    expect(order()).toEqual(["o1"]);
    recording.append(outcome("o2"));
    vi.advanceTimersByTime(1_000);
    expect(order()).toEqual(["o1", "o2"]);
    recording.close(closed);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("holds no more than a bound in memory", () => {
    const recording = recorder().open("s-1");
    recording.append(statement("s1", "x".repeat(2 * 1024 * 1024)));
    expect(order()).toEqual(["s1"]);
    recording.close(closed);
  });

  it("ends with its close, and is closed once", () => {
    const recording = recorder().open("s-1");
    recording.append(outcome("o1"));
    recording.close(closed);
    recording.close({ ...closed, reason: "again" });
    expect(text().trimEnd().split("\n")).toHaveLength(2);
    expect(() => recording.append(statement("late"))).toThrow(/recording\/failed/);
    expect(text()).not.toContain("late");
  });

  it("that failed once takes nothing more, so that nothing follows half a line", () => {
    const recording = recorder().open("s-1");
    recording.append(statement("s1"));
    recording.commit();
    closeSync(descriptorOf(FILE));
    recording.append(statement("s2"));
    expect(() => recording.commit()).toThrow(/recording\/failed/);
    expect(() => recording.append(statement("s3"))).toThrow(/recording\/failed/);
    expect(() => recording.commit()).toThrow(/recording\/failed/);
    expect(order()).toEqual(["s1"]);
  });

  it("tells of a failure that nobody was there to hear at the next statement", () => {
    vi.useFakeTimers();
    const recording = recorder().open("s-1");
    recording.commit();
    closeSync(descriptorOf(FILE));
    recording.append(outcome("o1"));
    vi.advanceTimersByTime(1_000);
    expect(() => recording.append(statement("s1"))).toThrow(/recording\/failed/);
  });
});

describe("the recorder", () => {
  it("never gives two sessions one file, nor adds to one that is there", () => {
    const first = recorder().open("s-1");
    expect(() => recorder().open("s-1")).toThrow(/recording\/failed/);
    const other = recorder().open("s-2");
    first.append(statement("a"));
    other.append(statement("b"));
    first.close(closed);
    other.close(closed);
    expect(readdirSync(join(folder, "2031-02-03")).toSorted()).toEqual(["s-1.jsonl", "s-2.jsonl"]);
    expect([text().includes('"a"'), text().includes('"b"')]).toEqual([true, false]);
  });

  it("keeps recordings from other users of the machine", () => {
    recorder().open("s-1").close(closed);
    const modes = [FILE, "2031-02-03"].map((path) => statSync(join(folder, path)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o700]);
  });

  it("opens nothing where nothing can be written", () => {
    const file = join(folder, "in-the-way");
    writeFileSync(file, "");
    expect(() => createFileRecorder(file, () => NOW).open("s-1")).toThrow(/recording\/failed/);
  });
});
